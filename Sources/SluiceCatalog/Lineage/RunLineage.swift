package import SluiceCore

/// Which columns of a run's inputs its output comes from, and through what: one plan's, so that all runs of the plan share it.
package struct RunLineage: Hashable, Sendable, Codable {
    /// Something that the run reads.
    package struct Input: Hashable, Sendable, Codable {
        package var dataset: DatasetName
        /// The step that reads it; nil for the pipeline's source.
        package var step: String?

        package init(_ dataset: DatasetName, step: String? = nil) {
            self.dataset = dataset
            self.step = step
        }
    }

    /// A column of an input.
    package struct Origin: Hashable, Sendable, Codable, Comparable {
        /// Position among the inputs.
        package var input: Int
        package var column: String

        package init(input: Int, column: String) {
            self.input = input
            self.column = column
        }

        package static func < (a: Self, b: Self) -> Bool { (a.input, a.column) < (b.input, b.column) }
    }

    /// What a step made a value of.
    package struct Derivation: Hashable, Sendable, Codable {
        /// `2 derive`: the step's position and key.
        package var step: String
        package var expression: String

        package init(step: String, expression: String) {
            self.step = step
            self.expression = expression
        }
    }

    /// A column of the output, with what its values are made of.
    package struct Column: Hashable, Sendable, Codable {
        package var name: String
        package var type: String
        package var origins: [Origin]
        /// In the order of the steps; empty for a column that is passed on.
        package var derivations: [Derivation]

        package init(_ name: String, type: String, origins: [Origin], derivations: [Derivation]) {
            self.name = name
            self.type = type
            self.origins = origins
            self.derivations = derivations
        }
    }

    /// How a column decides about rows whose values it does not become.
    package enum Role: String, Sendable, Codable, CaseIterable {
        case filter, sample, rule, sort
        case joinKey = "join key"
        case groupKey = "group key"
        case duplicateKey = "duplicate key"
        case windowTime = "window time"
    }

    /// What decides which rows there are: every column of the output depends on it, though none has its values.
    package struct Condition: Hashable, Sendable, Codable {
        package var role: Role
        package var step: String
        package var expression: String
        package var origins: [Origin]

        package init(_ role: Role, step: String, expression: String, origins: [Origin]) {
            self.role = role
            self.step = step
            self.expression = expression
            self.origins = origins
        }
    }

    /// Something that the run writes.
    package struct Output: Hashable, Sendable, Codable {
        package var dataset: DatasetName
        package var columns: [Column]
        package var conditions: [Condition]

        package init(_ dataset: DatasetName, columns: [Column], conditions: [Condition]) {
            self.dataset = dataset
            self.columns = columns
            self.conditions = conditions
        }
    }

    package var inputs: [Input]
    package var outputs: [Output]
    /// The stream that the records go through between source and steps.
    package var stream: String?
    /// Whether origins or derivations are missing, because there were more than `LineageLimits` allows.
    package var isCut: Bool

    package init(inputs: [Input], outputs: [Output], stream: String? = nil, isCut: Bool = false) {
        self.inputs = inputs
        self.outputs = outputs
        self.stream = stream
        self.isCut = isCut
    }

    /// As the catalog keeps it: JSON with sorted keys, the same for the same lineage.
    package func storedText() throws(SluiceError) -> String {
        do {
            return try StoredText.json(self)
        } catch {
            throw SluiceError(.stateCorrupt, "the lineage cannot be written down", underlying: error)
        }
    }
}

/// Bounds of what is kept of a lineage, and of what is followed.
package enum LineageLimits {
    /// Origins of all columns and conditions of one plan.
    package static let origins = 20_000
    /// Derivations of one column: the last ones are kept.
    package static let derivations = 50
    /// Characters of one expression.
    package static let expressionCharacters = 200
    /// Pipelines whose lineages are looked at together, the ones that ran last.
    package static let pipelines = 10_000
    /// Edges of one graph.
    package static let edges = 50_000
}

/// A lineage with the run that it was recorded with.
package struct RecordedLineage: Hashable, Sendable {
    package var pipeline: String
    /// Nil for a plan that did not run.
    package var run: RunID?
    package var lineage: RunLineage

    package init(pipeline: String, run: RunID?, lineage: RunLineage) {
        self.pipeline = pipeline
        self.run = run
        self.lineage = lineage
    }
}
