import ArgumentParser
import SluiceCatalog
import SluiceCore

struct BackfillListCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "list", abstract: "List backfills, the newest first.",
            discussion: """
                Examples:
                  \(program) backfill list
                  \(program) backfill list --pipeline daily-orders
                """)
    }

    @Option(help: "Only backfills of this pipeline.") var pipeline: String?
    @Option(help: "How many to list at most.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let found = try Session(home: home.directory).existingCatalog()?.backfills(pipeline: pipeline, limit: limit) ?? []
        let json = Value.object(["backfills": .list(found.map(Self.json))])
        if found.isEmpty { return Report([.line("No backfills in \(home.directory).")], json: json) }
        var table = TextTable([
            .init("backfill", isWhole: true), .init("pipeline"), .init("from", isWhole: true), .init("to", isWhole: true), .init("manner"),
            .init("state", isWhole: true), .init("done", .right, isWhole: true), .init("last work"),
        ])
        for record in found {
            table.add([
                String(record.id.text.prefix(12)), record.key.pipeline, record.key.from, record.key.to, record.key.manner,
                record.state.rawValue, "\(record.count(.done)) of \(record.units.count)",
                HumanText.time(micros: record.updatedMicros, hasSeconds: false),
            ])
        }
        return Report([.table(table)], json: json)
    }

    /// Without the units.
    private static func json(_ record: BackfillRecord) -> Value {
        guard case .structure(let members) = record.json else { return record.json }
        return .structure(members.filter { $0.name != "units" } + [.init("unit_count", .number(record.units.count))])
    }
}
