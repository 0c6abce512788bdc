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
    ///
    /// - Parameters:
    ///   - maxRecords: how many such records a run may have before it fails; any number when nil.
    ///   - maxShare: which part of the records that were read they may be, of 1.
    public func onError(
        _ policy: OnError, maxRecords: Int? = nil, maxShare: Double? = nil, file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        let action = DefinitionNode.text(policy.rawValue, at: place)
        guard maxRecords != nil || maxShare != nil else { return with { $0.set("on_error", action) } }
        var limits = [("action", action)]
        if let maxRecords { limits.append(("max_records", .integer(maxRecords, at: place))) }
        if let maxShare { limits.append(("max_share", .number(maxShare, at: place))) }
        return with { $0.set("on_error", .mapping(limits, at: place)) }
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

    /// Declares a parameter, for which `${name}` in the texts of sources, steps and sink stands; a run gives it with `--param name=value`.
    ///
    /// - Parameter defaultValue: The value where none is given; nil: one has to be given.
    public func parameter(
        _ name: String, _ type: ParameterKind = .string, default defaultValue: String? = nil, description: String? = nil,
        isSecret: Bool = false, file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        let place = SourceLocation.file(path: file, line: line)
        var options: [(String, DefinitionNode)] = [("type", .text(type.rawValue, at: place))]
        if let defaultValue { options.append(("default", .text(defaultValue, at: place))) }
        if let description { options.append(("description", .text(description, at: place))) }
        if isSecret { options.append(("secret", .boolean(true, at: place))) }
        var declared: [(String, DefinitionNode)] = []
        if case .mapping(let known)? = entries.first(where: { $0.0 == "parameters" })?.1.content {
            declared = known.filter { $0.key != name }.map { ($0.key, $0.value) }
        }
        declared.append((name, .mapping(options, at: place)))
        return with { $0.set("parameters", .mapping(declared, at: place)) }
    }

    /// What the values of a parameter are.
    public enum ParameterKind: String, Sendable {
        case string, integer, number, boolean, date, timestamp, duration
    }

    func with(_ change: (inout Pipeline) -> Void) -> Pipeline {
        var copy = self
        change(&copy)
        return copy
    }

    mutating func set(_ key: String, _ node: DefinitionNode) {
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
    package func definition(
        connectors: ConnectorRegistry, directory: String, inputs: DefinitionInputs = DefinitionInputs()
    ) throws -> PipelineDefinition {
        if !failures.isEmpty { throw DefinitionErrors(failures) }
        return try PipelineLoader.definition(
            from: root, text: yaml, path: nil, directory: directory, connectors: connectors, inputs: inputs)
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
