import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogStatsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "stats", abstract: "Show what is known of the values of a table's columns.",
            discussion: """
                Examples:
                  \(program) catalog stats sales.orders
                  \(program) catalog stats sales.orders --partition 2024/05
                """)
    }

    @OptionGroup var table: TableArgument
    @Option(help: ArgumentHelp("Of this partition: the values of its keys, with / between them.", valueName: "values")) var partition:
        String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (name, catalog) = try table.open(Session(home: state.directory))
        let values = partition.map { $0.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }
        let record = try catalog.table(name)
        let statistics = try catalog.statistics(of: name, partition: values)
        let json = Value.object([
            "table": .string(name.description), "partition": values.map { .texts($0) } ?? .null, "version": .number(record.version),
            "columns": .list(statistics.map(\.json)),
        ])
        if statistics.isEmpty { return Report([.line("Nothing is known of the values of \(name) yet; a crawl finds it out.")], json: json) }
        var lines = TextTable([
            .init("column", isWhole: true), .init("nulls", .right), .init("distinct", .right), .init("minimum"), .init("maximum"),
            .init("average length", .right), .init("longest", .right), .init("version", .right), .init("analyzed"),
        ])
        for entry in statistics {
            let values = entry.statistics
            lines.add([
                values.column, Self.share(values.nulls, of: values.rows), values.distinct.map { HumanText.grouped($0) } ?? "",
                values.minimum ?? values.falses.map { "false: \(HumanText.grouped($0))" } ?? "",
                values.maximum ?? values.trues.map { "true: \(HumanText.grouped($0))" } ?? "",
                values.averageLength.map { HumanText.decimal($0, places: 1) } ?? "",
                values.maximumLength.map { HumanText.grouped($0) } ?? "",
                String(entry.version), HumanText.time(micros: entry.analyzedMicros),
            ])
        }
        return Report([.table(lines)], json: json)
    }

    private static func share(_ nulls: Int64?, of rows: Int64?) -> String {
        guard let nulls else { return "" }
        guard let rows, rows > 0, nulls > 0 else { return HumanText.grouped(nulls) }
        return "\(HumanText.grouped(nulls)) (\(HumanText.decimal(100 * Double(nulls) / Double(rows), places: 1)) %)"
    }
}
