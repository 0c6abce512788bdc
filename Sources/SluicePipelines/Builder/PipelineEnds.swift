public import SluiceCore

/// A value of an option, for connectors and formats: literals of Swift become those of YAML.
public struct DefinitionValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    let node: DefinitionNode

    init(_ node: DefinitionNode) { self.node = node }

    public init(stringLiteral value: String) { node = .text(value) }
    public init(integerLiteral value: Int) { node = .integer(value) }
    public init(booleanLiteral value: Bool) { node = .boolean(value) }
    public init(arrayLiteral elements: DefinitionValue...) { node = .list(elements.map(\.node)) }
    public init(dictionaryLiteral elements: (String, DefinitionValue)...) { node = .mapping(elements.map { ($0, $1.node) }) }

    public static func text(_ value: String) -> DefinitionValue { DefinitionValue(.text(value)) }
    public static func integer(_ value: Int) -> DefinitionValue { DefinitionValue(.integer(value)) }
    public static func boolean(_ value: Bool) -> DefinitionValue { DefinitionValue(.boolean(value)) }
    public static func list(_ values: [DefinitionValue]) -> DefinitionValue { DefinitionValue(.list(values.map(\.node))) }
}

/// The name of a file format, as definitions write it.
public struct FileFormat: Sendable, Hashable, ExpressibleByStringLiteral {
    public let name: String
    public init(stringLiteral value: String) { name = value }

    public static let csv: FileFormat = "csv"
    public static let jsonLines: FileFormat = "json"
}

/// Where rows come from: a connector and its options.
public struct SourceEnd: Sendable {
    let options: [(String, DefinitionNode)]

    /// Files by pattern.
    ///
    /// - Parameter paths: paths or patterns (`in/**/*.csv`).
    /// - Parameter columns: types of columns by name; the others are inferred.
    /// - Parameter options: further options of the connector and the format, by their names in YAML.
    public static func files(
        _ paths: String..., format: FileFormat? = nil, columns: KeyValuePairs<String, DataType> = [:],
        options: KeyValuePairs<String, DefinitionValue> = [:]
    ) -> SourceEnd {
        var all: [(String, DefinitionNode)] = [("files", paths.count == 1 ? .text(paths[0]) : .list(paths.map { .text($0) }))]
        if let format { all.append(("format", .text(format.name))) }
        if !columns.isEmpty { all.append(("columns", .mapping(columns.map { ($0, .text($1.description)) }))) }
        return SourceEnd(options: all + options.map { ($0, $1.node) })
    }

    /// A table of the catalog: `database.table`.
    public static func table(_ name: String, options: KeyValuePairs<String, DefinitionValue> = [:]) -> SourceEnd {
        SourceEnd(options: [("table", .text(name))] + options.map { ($0, $1.node) })
    }

    /// The records of a stream.
    public static func stream(_ name: String, options: KeyValuePairs<String, DefinitionValue> = [:]) -> SourceEnd {
        SourceEnd(options: [("stream", .text(name))] + options.map { ($0, $1.node) })
    }

    /// Any connector by its name; `main` is the option that is named like it.
    public static func connector(_ name: String, _ main: DefinitionValue, options: KeyValuePairs<String, DefinitionValue> = [:])
        -> SourceEnd
    {
        SourceEnd(options: [(name, main.node)] + options.map { ($0, $1.node) })
    }

    func node(at place: SourceLocation) -> DefinitionNode { DefinitionNode.mapping(options).placed(at: place) }
}

/// Where rows go: a connector and its options.
public struct SinkEnd: Sendable {
    let options: [(String, DefinitionNode)]

    /// A table of the catalog: `database.table`.
    ///
    /// - Parameter partitionBy: columns whose values become folders.
    public static func table(
        _ name: String, partitionBy: [String] = [], options: KeyValuePairs<String, DefinitionValue> = [:]
    ) -> SinkEnd {
        var all: [(String, DefinitionNode)] = [("table", .text(name))]
        if !partitionBy.isEmpty { all.append(("partition_by", .list(partitionBy.map { .text($0) }))) }
        return SinkEnd(options: all + options.map { ($0, $1.node) })
    }

    /// Files in a folder.
    public static func files(_ path: String, format: FileFormat? = nil, options: KeyValuePairs<String, DefinitionValue> = [:]) -> SinkEnd {
        var all: [(String, DefinitionNode)] = [("files", .text(path))]
        if let format { all.append(("format", .text(format.name))) }
        return SinkEnd(options: all + options.map { ($0, $1.node) })
    }

    /// The records of a stream.
    public static func stream(_ name: String, options: KeyValuePairs<String, DefinitionValue> = [:]) -> SinkEnd {
        SinkEnd(options: [("stream", .text(name))] + options.map { ($0, $1.node) })
    }

    /// Any connector by its name; `main` is the option that is named like it.
    public static func connector(_ name: String, _ main: DefinitionValue, options: KeyValuePairs<String, DefinitionValue> = [:]) -> SinkEnd
    {
        SinkEnd(options: [(name, main.node)] + options.map { ($0, $1.node) })
    }

    func node(at place: SourceLocation) -> DefinitionNode { DefinitionNode.mapping(options).placed(at: place) }
}
