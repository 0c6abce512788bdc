package import SluiceCatalog
package import SluiceCore
package import SluiceExpressions

/// A definition that was checked against real schemas: what the engine carries out and what `plan` prints.
package struct LogicalPlan: Sendable {
    package var definition: PipelineDefinition
    package var source: PlannedSource
    /// Non-nil when the records go through a stream between source and steps.
    package var stream: StreamDefinition?
    /// What all rows go through before they part.
    package var steps: [PlannedStep]
    /// Where rows go: one sink or several routes, and side outputs behind these. Never empty.
    package var outputs: [PlannedOutput]
    package var routeMatch = RouteMatch.first
    /// What a person should know before the run.
    package var notices: [String]
    /// Those that the plan was made with: what runs owe to systems outside is put there by them.
    package var connectors = ConnectorRegistry([])
    /// What keeps copies of records that could not be processed outside of the file system.
    package var letterPlace: (any LetterPlace)?

    package init(
        definition: PipelineDefinition, source: PlannedSource, stream: StreamDefinition?, steps: [PlannedStep], sink: any Sink,
        outputSchema: Schema, notices: [String]
    ) {
        self.definition = definition
        self.source = source
        self.stream = stream
        self.steps = steps
        outputs = [
            PlannedOutput(
                inputSchema: steps.last?.outputSchema ?? source.schema, sink: sink, outputSchema: outputSchema, end: definition.sink)
        ]
        self.notices = notices
    }
}

/// A source and the columns of it that the plan uses.
package struct PlannedSource: Sendable {
    package var source: any Source
    /// Columns that the plan reads, in the source's order.
    package var columns: [String]
    /// The schema of these columns.
    package var schema: Schema
    /// One line for `plan`.
    package var summary: String
    /// What the first filter asks for, where it reads only columns of the source: a reader may leave out rows by it. The filter stays in the
    /// plan, so a reader that does not care for it changes nothing.
    package var condition: (any RowCondition)?
    /// What the rows come from, as lineage names it.
    package var dataset = DatasetName(kind: "source", name: "")
    /// Whether the rows are those that the sink holds, into which others are merged: none of the run's input.
    package var isOfSink = false

    package init(source: any Source, columns: [String], schema: Schema, summary: String) {
        self.source = source
        self.columns = columns
        self.schema = schema
        self.summary = summary
    }
}

/// One step of the definition, bound to the schema that reaches it.
package struct PlannedStep: Sendable {
    /// `2 filter`: position from 1 and the step's key; names the step in counts, dead letters and messages.
    package var name: String
    package var operation: LogicalOperation
    package var outputSchema: Schema
    /// The step's arguments as one line, for `plan`.
    package var summary: String
    package var location: SourceLocation?
    /// What a filter was bound from, for the optimiser.
    package var condition: Expression?
    /// Whether the step is part of how the sink merges rows: its input is whole in every epoch.
    package var isOfSink = false

    package init(name: String, operation: LogicalOperation, outputSchema: Schema, summary: String, location: SourceLocation?) {
        self.name = name
        self.operation = operation
        self.outputSchema = outputSchema
        self.summary = summary
        self.location = location
    }
}

/// What a step does, without the names that the definition used: the engine needs one operator for each case.
package enum LogicalOperation: Sendable {
    /// Keeps the rows for which the predicate is true.
    case filter(BoundExpression)
    /// Computes the output columns from the input's: derive, select, drop, rename, cast and fill are all projections.
    case project([Projection])
    /// The first rows in source order.
    case limit(Int)
    case sort([SortKey])
    /// Rows of another source behind the input's; both were brought to the output schema by name.
    case union(UnionOperation)
    /// One row for each distinct key: the first or last by `order`, and where that leaves a tie, in source order.
    case deduplicate(keys: [Int], keep: KeptDuplicate, order: [SortKey])
    case deduplicateWithin(RecentDuplicates)
    case aggregate(AggregateOperation)
    case join(JoinOperation)
    case window(WindowOperation)
    case mask(MaskOperation)
    case sample(SampleOperation)
    case assert(AssertOperation)
    case quality(QualityOperation)
    case exec(ExecOperation)
    case history(HistoryOperation)
    case relationalize(RelationalizeOperation)
    /// A closure registered in Swift.
    case closure(BatchClosure)
}

/// One output column of a projection.
package enum Projection: Sendable {
    /// The input column at this position.
    case input(Int)
    case expression(BoundExpression)
}

package enum KeptDuplicate: String, Sendable, CaseIterable { case first, last }

/// One column to sort by.
package struct SortKey: Sendable {
    package var column: Int
    package var isDescending: Bool
    /// Nulls come last in either direction unless asked for.
    package var nullsFirst: Bool

    package init(column: Int, isDescending: Bool, nullsFirst: Bool) {
        self.column = column
        self.isDescending = isDescending
        self.nullsFirst = nullsFirst
    }
}

/// Groups and what is computed for each.
package struct AggregateOperation: Sendable {
    /// Expressions whose equal values make a group (nulls are equal here); they are the first output columns.
    package var groups: [BoundExpression]
    /// The remaining output columns.
    package var aggregates: [BoundAggregate]

    package init(groups: [BoundExpression], aggregates: [BoundAggregate]) {
        self.groups = groups
        self.aggregates = aggregates
    }
}

/// A second source whose rows come behind the input's.
package struct UnionOperation: Sendable {
    package var other: PlannedSource
    /// From the input's columns to the output's; nil where the input has no such column (null).
    package var inputColumns: [Int?]
    package var otherColumns: [Int?]

    package init(other: PlannedSource, inputColumns: [Int?], otherColumns: [Int?]) {
        self.other = other
        self.inputColumns = inputColumns
        self.otherColumns = otherColumns
    }
}
