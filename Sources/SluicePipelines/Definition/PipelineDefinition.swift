import SluiceCatalog
package import SluiceCore

/// What a pipeline's YAML file or Swift builder says, before anything is opened or checked against data.
package struct PipelineDefinition: Sendable {
    package var name: String
    package var description: String?
    package var source: EndDefinition
    package var stream: StreamDefinition?
    package var steps: [any StepDefinition]
    /// Where the rows behind the steps go; where there are routes, the first one's.
    package var sink: EndDefinition
    /// Routes in the order in which their conditions are asked, the one for other rows, then side outputs.
    package var outputs: [OutputDefinition] = []
    package var routeMatch = RouteMatch.first
    package var onError: ErrorPolicy
    /// Nil: a run may leave out any number of records.
    package var errorLimits: ErrorLimits?
    /// A directory, or a location in object storage, that gets records which cannot be processed; nil for none.
    package var errorPrefix: String?
    package var errorPrefixLocation: SourceLocation?
    /// Whether a run reads only what no earlier run has read.
    package var isIncremental: Bool
    /// Whether it was written as a flow: somebody, the clock or an event starts it, and nobody follows it unasked.
    package var isFlow = false
    /// Its parameters, with the values of this load.
    package var parameters: [ParameterValue]
    /// The definition's text; its SHA-256 goes into the run's record. Builders write theirs as YAML.
    package var text: String
    /// Path of the file, if it came from one.
    package var path: String?
    /// Relative paths start here.
    package var directory: String

    package init(
        name: String, description: String? = nil, source: EndDefinition, stream: StreamDefinition? = nil, steps: [any StepDefinition] = [],
        sink: EndDefinition, onError: ErrorPolicy = .fail, isIncremental: Bool = false, parameters: [ParameterValue] = [], text: String,
        path: String? = nil, directory: String
    ) {
        self.name = name
        self.description = description
        self.source = source
        self.stream = stream
        self.steps = steps
        self.sink = sink
        self.onError = onError
        self.isIncremental = isIncremental
        self.parameters = parameters
        self.text = text
        self.path = path
        self.directory = directory
    }
}

extension PipelineDefinition {
    /// What a run's record keeps the hash of: the text, and behind it the values of parameters, without secrets.
    package var hashedText: String { text + parameters.map { "\n\($0.name)=\(KnownSecrets.masked($0.text))" }.joined() }
}

/// What happens to a record that cannot be processed.
package enum ErrorPolicy: String, Sendable, CaseIterable {
    /// The first one ends the run; nothing becomes visible.
    case fail
    /// It is counted and left out.
    case skip
    /// It is kept with its bytes, place and reason.
    case deadLetter = "dead_letter"
}

/// A source or sink: the connector's name and its options.
package struct EndDefinition: Sendable {
    package var connector: String
    package var options: OptionValues
    package var location: SourceLocation?

    package init(connector: String, options: OptionValues, location: SourceLocation? = nil) {
        self.connector = connector
        self.options = options
        self.location = location
    }
}

/// The stream between source and steps.
package struct StreamDefinition: Sendable {
    package var name: String
    package var shards: Int
    /// The column whose text is the partition key; nil: each record's own bytes.
    package var key: String?
    package var location: SourceLocation?

    package init(name: String, shards: Int, key: String?, location: SourceLocation? = nil) {
        self.name = name
        self.shards = shards
        self.key = key
        self.location = location
    }
}
