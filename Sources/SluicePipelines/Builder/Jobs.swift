/// What a Swift program adds to sluice: pipelines that `run`, `plan` and `validate` find by name, and closures and connectors that definitions name.
public struct Jobs: Sendable {
    public private(set) var pipelines: [Pipeline]
    public private(set) var closures: [StepClosure]
    public private(set) var connectors: [RowConnector]

    public init(pipelines: [Pipeline] = [], closures: [StepClosure] = [], connectors: [RowConnector] = []) {
        self.pipelines = pipelines
        self.closures = closures
        self.connectors = connectors
    }

    public mutating func add(_ pipeline: Pipeline) { pipelines.append(pipeline) }
    public mutating func add(_ closure: StepClosure) { closures.append(closure) }
    public mutating func add(_ connector: RowConnector) { connectors.append(connector) }

    /// The pipeline of a name.
    package subscript(name: String) -> Pipeline? { pipelines.first { $0.name == name } }

    /// All closures: the named ones and those inside pipelines.
    package var registry: ClosureRegistry {
        pipelines.reduce(ClosureRegistry(closures.map(\.closure))) { $0.merging($1.closureRegistry) }
    }
}
