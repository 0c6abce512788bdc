import SluiceCore

/// A connector of a Swift program: what definitions call it, its options, and how its ends are made of them.
///
/// ```swift
/// let fleet = RowConnector("fleet", summary: "Positions of our ships.", options: [.text("region", "Which sea.")]) { options in
///     FleetReader(region: options.text("region") ?? "north")
/// }
/// await Sluice.main(jobs: Jobs(connectors: [fleet]))
/// ```
///
/// A definition names it as any other: `source: {fleet: ships, region: north}`. The option that is named like the connector is a text, and is required.
public struct RowConnector: Sendable {
    package var manual: ConnectorManual
    var makeSource: (@Sendable (ConnectorOptions) throws -> any Source)?
    var makeSink: (@Sendable (ConnectorOptions) throws -> any Sink)?

    /// A connector that is read.
    ///
    /// - Parameter reader: Makes the reader of a definition's options; what it throws is wrong with the definition.
    public init<Reader: RowReader>(
        _ name: String, summary: String, options: [ConnectorOption] = [],
        reader: @escaping @Sendable (ConnectorOptions) throws -> Reader
    ) {
        let all = [Self.main(name)] + options.map(\.specification)
        manual = ConnectorManual(name: name, summary: summary, sourceOptions: all, sinkOptions: [])
        makeSource = { try UserSource(reader($0), name: name, main: $0.main) }
    }

    private init(_ manual: ConnectorManual) { self.manual = manual }

    /// A connector that is only written.
    public static func writer<Writer: RowWriter>(
        _ name: String, summary: String, options: [ConnectorOption] = [],
        _ writer: @escaping @Sendable (ConnectorOptions) throws -> Writer
    ) -> RowConnector {
        let all = [main(name)] + options.map(\.specification)
        var connector = RowConnector(ConnectorManual(name: name, summary: summary, sourceOptions: [], sinkOptions: all))
        connector.makeSink = { try UserSink(writer($0), name: name, main: $0.main) }
        return connector
    }

    /// The same connector with an end for writing, too, which has the same options.
    public func writing<Writer: RowWriter>(_ writer: @escaping @Sendable (ConnectorOptions) throws -> Writer) -> RowConnector {
        var both = self
        let name = manual.name
        both.manual.sinkOptions = manual.sourceOptions
        both.makeSink = { try UserSink(writer($0), name: name, main: $0.main) }
        return both
    }

    private static func main(_ name: String) -> OptionSpecification {
        OptionSpecification(name, .string, isRequired: true, "What of it is meant.")
    }
}

/// An option of a connector: its name, what it takes, and one or two sentences for whoever writes definitions.
public struct ConnectorOption: Sendable {
    let specification: OptionSpecification

    public static func text(_ name: String, _ description: String, isRequired: Bool = false, example: String? = nil) -> ConnectorOption {
        ConnectorOption(name, .string, description, isRequired, example)
    }

    public static func integer(_ name: String, _ description: String, isRequired: Bool = false, example: Int? = nil) -> ConnectorOption {
        ConnectorOption(name, .anyInteger, description, isRequired, example.map { String($0) })
    }

    public static func boolean(_ name: String, _ description: String) -> ConnectorOption {
        ConnectorOption(name, .boolean, description, false, nil)
    }

    private init(_ name: String, _ shape: ValueShape, _ description: String, _ isRequired: Bool, _ example: String?) {
        specification = OptionSpecification(
            name, shape, isRequired: isRequired, description, examples: [example].compactMap(\.self))
    }
}

/// The options that a definition gives to a connector of a Swift program.
public struct ConnectorOptions: Sendable {
    private let values: OptionValues
    private let name: String

    init(_ values: OptionValues, of name: String) {
        self.values = values
        self.name = name
    }

    /// The option that is named like the connector.
    public var main: String { text(name) ?? "" }

    /// Nil for one that was not given.
    public func text(_ name: String) -> String? { try? values.string(name) }
    public func integer(_ name: String) -> Int? { try? values.integer(name) }
    public func boolean(_ name: String) -> Bool? { try? values.boolean(name) }
}

/// A user's connector as the others are.
struct UserConnector: Connector {
    let connector: RowConnector

    var manual: ConnectorManual { connector.manual }

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        guard let make = connector.makeSource else { throw refusal("read") }
        return try make(ConnectorOptions(options, of: manual.name))
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        guard let make = connector.makeSink else { throw refusal("written") }
        return try make(ConnectorOptions(options, of: manual.name))
    }

    private func refusal(_ done: String) -> SluiceError {
        SluiceError(.invalidOption, "the connector \"\(manual.name)\" cannot be \(done)")
    }
}

extension ConnectorRegistry {
    /// These and those of a program.
    ///
    /// - Precondition: Their names are names, and each is there once.
    package func adding(_ connectors: [RowConnector]) -> ConnectorRegistry {
        var all = self.connectors
        for connector in connectors {
            let name = connector.manual.name
            precondition(
                DefinitionNode.isName(name), "a connector cannot be called \(name.quotedForMessage): use letters, digits, \"_\" and \"-\"")
            precondition(!all.contains { $0.name == name }, "there is another connector \(name.quotedForMessage)")
            all.append(UserConnector(connector: connector))
        }
        return ConnectorRegistry(all)
    }
}
