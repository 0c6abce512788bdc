import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS

struct ConnectionsListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List connections with their settings; never with their secrets.")

    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let connections = try session.existingCatalog().map { try ConnectionStore($0).list } ?? []
        var table = TextTable([.init("connection", isWhole: true), .init("connector"), .init("settings"), .init("set")])
        for connection in connections {
            let settings =
                connection.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [connection.address].compactMap(\.self)
            table.add([
                connection.name, connection.connector, settings.joined(separator: " "), HumanText.time(micros: connection.updatedMicros),
            ])
        }
        let json = Value.object([
            "connections": .list(
                connections.map { connection in
                    .object([
                        "name": .string(connection.name), "connector": .string(connection.connector),
                        "settings": .structure(
                            connection.settings.sorted { $0.key < $1.key }.map { Value.Member($0.key, .string($0.value)) }),
                        "url": .text(connection.address), "declaration": .text(connection.declaration),
                        "set_at": .time(connection.updatedMicros),
                    ])
                })
        ])
        return Report(connections.isEmpty ? [.line("There are no connections.")] : [.table(table)], json: json)
    }
}

struct ConnectionsRemoveCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget a connection.")

    @Argument(help: "Its name.") var name: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        try ConnectionStore(session.requireCatalog(for: "connection \(name.quotedForMessage)", remedy: ConnectionsCommand.noState)).remove(
            name)
        return Report([.line("\(name) was removed")], json: .object(["name": .string(name), "removed": .boolean(true)]))
    }
}

struct ConnectionsTestCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Ask the service or database of a connection for something small, with the connection's credentials."
    )

    @Argument(help: "Its name.") var name: String
    @Option(
        name: .long,
        help: ArgumentHelp("The file that declares the connector, in place of the one that it was added with.", valueName: "file"))
    var declaration: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let store = ConnectionStore(
            try session.requireCatalog(for: "connection \(name.quotedForMessage)", remedy: ConnectionsCommand.noState))
        let connection = try store.connection(name)
        let service = try ConnectionCheck.isDatabase(connection) ? nil : ServiceDeclarations.of(connection, file: declaration)
        let check = ConnectionCheck(
            store, session.connectors,
            ConnectorContext(
                catalog: try session.catalog(), streams: session.streams, pipeline: "connections", directory: ".", home: session.home))
        let answering = try await check.run(connection, service)
        return Report(
            [.check(.passed, "\(name): \(answering) answers and takes the credentials")],
            json: .object(["name": .string(name), "connector": .string(connection.connector), "ok": .boolean(true)]))
    }
}
