import ArgumentParser
import SluiceCatalog
import SluiceCore

struct FlowListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the flows of pipelines/ and of clients of AppFlow, with what triggers them and how they last went.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: home.directory)
        let flows = try FlowFiles.all() + FlowFiles.ofClients(session)
        let catalog = try session.existingCatalog()
        var table = TextTable([
            .init("flow", isWhole: true), .init("source"), .init("destinations"), .init("pull"), .init("trigger"),
            .init("last run", isWhole: true),
        ])
        var items: [Value] = []
        for flow in flows {
            let last = try catalog?.runs(pipeline: flow.pipeline, limit: 1).first
            let state = last.map { "\($0.stateText) \(HumanText.time(micros: $0.startedMicros, hasSeconds: false))" } ?? "never"
            table.add([flow.name, flow.source, flow.destinations.joined(separator: "; "), flow.pull, flow.trigger, state])
            items.append(flow.json(last))
        }
        let json = Value.object(["flows": .list(items)])
        guard !flows.isEmpty else {
            return Report(
                [.line("No flows in \(DefinitionSearch.directory)/."), .line("a flow is a definition that begins with `flow:`", .dim)],
                json: json)
        }
        return Report([.table(table)], json: json)
    }
}
