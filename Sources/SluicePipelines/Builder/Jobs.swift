/// What a Swift program adds to sluice: pipelines that `run`, `plan` and `validate` find by name, and closures that definitions name.
public struct Jobs: Sendable {
    public private(set) var pipelines: [Pipeline]
    public private(set) var closures: [StepClosure]

    public init(pipelines: [Pipeline] = [], closures: [StepClosure] = []) {
        self.pipelines = pipelines
        self.closures = closures
    }

    public mutating func add(_ pipeline: Pipeline) { pipelines.append(pipeline) }
    public mutating func add(_ closure: StepClosure) { closures.append(closure) }

    /// The pipeline of a name.
    package subscript(name: String) -> Pipeline? { pipelines.first { $0.name == name } }

    /// All closures: the named ones and those inside pipelines.
    package var registry: ClosureRegistry {
        pipelines.reduce(ClosureRegistry(closures.map(\.closure))) { $0.merging($1.closureRegistry) }
    }
}
