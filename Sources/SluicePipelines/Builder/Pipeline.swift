import SluiceCore

/// A pipeline written in Swift: the same source, stream, steps and sink as a definition in YAML, and closures besides.
///
/// ```swift
/// let late = Pipeline("late-flights")
///     .source(.files("flights/*.csv", format: .csv))
///     .filter("arr_delay > 15")
///     .derive(["gain": "dep_delay - arr_delay"])
///     .map { (flight: Flight) in Late(carrier: flight.carrier, hours: flight.arr_delay / 60) }
///     .sink(.table("flights.late", partitionBy: ["carrier"]))
/// ```
///
/// Each call returns a new value. Nothing is checked before the pipeline is loaded; an error then names the line of Swift.
public struct Pipeline: Sendable {
    public let name: String
    var entries: [(String, DefinitionNode)] = []
    var steps: [DefinitionNode] = []
    var closures: [BatchClosure] = []
    /// Closures whose row type could not be probed; thrown when the pipeline is loaded.
    var failures: [SluiceError] = []
    let location: SourceLocation

    public init(_ name: String, file: String = #filePath, line: Int = #line) {
        self.name = name
        location = .file(path: file, line: line)
    }

    public func description(_ text: String) -> Pipeline { with { $0.set("description", .text(text, at: location)) } }

    public func source(_ end: SourceEnd, file: String = #filePath, line: Int = #line) -> Pipeline {
        with { $0.set("source", end.node(at: .file(path: file, line: line))) }
    }

    public func sink(_ end: SinkEnd, file: String = #filePath, line: Int = #line) -> Pipeline {
        with { $0.set("sink", end.node(at: .file(path: file, line: line))) }
    }

    /// Puts the records into a durable stream first.
    ///
    /// - Parameter key: the column whose value decides a record's shard; the whole record when nil.
    public func stream(_ name: String, shards: Int = 1, key: String? = nil, file: String = #filePath, line: Int = #line) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        var options: [(String, DefinitionNode)] = [("name", .text(name, at: place)), ("shards", .integer(shards, at: place))]
        if let key { options.append(("key", .text(key, at: place))) }
        return with { $0.set("stream", .mapping(options, at: place)) }
    }

    /// What happens to a record that cannot be processed; `fail` unless said.
    public func onError(_ policy: OnError, file: String = #filePath, line: Int = #line) -> Pipeline {
        with { $0.set("on_error", .text(policy.rawValue, at: .file(path: file, line: line))) }
    }

    /// What happens to a record that cannot be processed.
    public enum OnError: String, Sendable {
        /// The first one ends the run; nothing becomes visible.
        case fail
        /// It is counted and left out.
        case skip
        /// It is kept with its bytes, place and reason.
        case deadLetter = "dead_letter"
    }

    func with(_ change: (inout Pipeline) -> Void) -> Pipeline {
        var copy = self
        change(&copy)
        return copy
    }

    private mutating func set(_ key: String, _ node: DefinitionNode) {
        entries.removeAll { $0.0 == key }
        entries.append((key, node))
    }

    func step(_ key: String, _ arguments: DefinitionNode, _ file: String, _ line: Int) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        return with { $0.steps.append(.mapping([(key, arguments.placed(at: place))], at: place)) }
    }
}

extension Pipeline {
    /// The definition as nodes, keys in the order of the reference.
    private var root: DefinitionNode {
        var all = entries + [("name", DefinitionNode.text(name, at: location))]
        if !steps.isEmpty { all.append(("steps", .list(steps, at: location))) }
        let order = PipelineLoader.keys.map(\.name)
        all.sort { (order.firstIndex(of: $0.0) ?? order.count) < (order.firstIndex(of: $1.0) ?? order.count) }
        return DefinitionNode.mapping(all, at: location).withPaths("")
    }

    /// The pipeline as YAML. Closures stand in it by name.
    public var yaml: String { DefinitionText.yaml(root) }

    /// The definition, checked like one that was read from YAML; its text is `yaml`.
    ///
    /// - Throws: `DefinitionErrors`, placed at lines of Swift.
    package func definition(connectors: ConnectorRegistry, directory: String) throws -> PipelineDefinition {
        if !failures.isEmpty { throw DefinitionErrors(failures) }
        return try PipelineLoader.definition(from: root, text: yaml, path: nil, directory: directory, connectors: connectors)
    }

    /// The closures that the definition names.
    package var closureRegistry: ClosureRegistry { ClosureRegistry(closures) }
}

extension DefinitionNode {
    /// The same values with a place for each that has none.
    func placed(at location: SourceLocation) -> DefinitionNode {
        var copy = self
        copy.location = copy.location ?? location
        copy.keyLocation = copy.keyLocation ?? location
        switch content {
        case .list(let items): copy.content = .list(items.map { $0.placed(at: location) })
        case .mapping(let entries):
            copy.content = .mapping(
                entries.map { Entry(key: $0.key, keyLocation: $0.keyLocation ?? location, value: $0.value.placed(at: location)) })
        case .null, .scalar: break
        }
        return copy
    }

    /// The same values with their paths, which messages name.
    func withPaths(_ path: String) -> DefinitionNode {
        var copy = self
        copy.path = path
        switch content {
        case .list(let items): copy.content = .list(items.enumerated().map { $1.withPaths("\(path)[\($0)]") })
        case .mapping(let entries):
            copy.content = .mapping(
                entries.map { entry in
                    var child = entry
                    child.value = entry.value.withPaths(path.isEmpty ? entry.key : "\(path).\(entry.key)")
                    return child
                })
        case .null, .scalar: break
        }
        return copy
    }
}
