import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines

struct CatalogPartitionsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "partitions", abstract: "List a table's partitions, all or those that an expression picks.",
            discussion: """
                An expression compares partition keys with values: = <> < <= > >=, IN, BETWEEN, LIKE, IS NULL, with NOT, AND, OR and
                parentheses. Values are compared by the type of their key; texts and dates stand in single quotes.

                Examples:
                  \(program) catalog partitions sales.orders
                  \(program) catalog partitions sales.orders --where "year = 2024 AND month IN ('01', '02')"
                  \(program) catalog partitions web.clicks --where "day BETWEEN '2024-05-01' AND '2024-05-31'" --json
                """)
    }

    /// What places in the expression are told by.
    private static let option = "--where"

    @OptionGroup var table: TableArgument
    @Option(name: .customLong("where"), help: ArgumentHelp("Only partitions that this holds for.", valueName: "expression"))
    var expression: String?
    @Option(help: "How many at most; 0 only counts them.") var limit = 100
    @Flag(help: "List all of them.") var all = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit takes a number from 0 on") }
    }

    func report() async throws -> Report {
        do {
            return try found()
        } catch {
            throw ConversionError(error, documents: expression.map { [DefinitionDocument(path: Self.option, text: $0)] } ?? [])
        }
    }

    private func found() throws -> Report {
        let (name, catalog) = try table.open(Session(home: state.directory))
        let definition = try catalog.table(name).definition
        let filter = try expression.map { try PartitionFilter(parsing: $0, for: definition, origin: Self.option) }
        let (partitions, count) = try catalog.partitionPage(of: name, where: filter, limit: all ? .max : limit)
        let json = Value.object([
            "table": .string(name.description), "keys": .texts(definition.partitionKeys.map(\.name)), "where": .text(expression),
            "count": .number(count), "partitions": .list(partitions.map(\.json)),
        ])
        let title = "\(HumanText.count(count, "partition"))\(expression == nil ? "" : " picked") of \(name)"
        if partitions.isEmpty { return Report([.line(title)], json: json) }
        let more = count - partitions.count
        let rest: [Report.Block] = more > 0 ? [.line("… \(HumanText.count(more, "more partition")); --all lists them", .dim)] : []
        return Report([.line(title, .heading), .table(PartitionTable.table(definition, partitions))] + rest, json: json)
    }
}

/// Partitions as a table: a column for each key, then counts.
enum PartitionTable {
    static func table(_ definition: TableDefinition, _ partitions: [PartitionRecord]) -> TextTable {
        let keys = definition.partitionKeys
        var table = TextTable(
            keys.map { TextTable.Column($0.name, $0.type.alignment) } + [
                .init("rows", .right), .init("size", .right), .init("files", .right), .init("updated"),
            ])
        for partition in partitions {
            table.add(
                keys.indices.map { $0 < partition.values.count ? partition.values[$0] : "" } + [
                    HumanText.grouped(partition.rowCount), HumanText.bytes(partition.byteCount), HumanText.grouped(partition.fileCount),
                    HumanText.time(micros: partition.updatedMicros),
                ])
        }
        return table
    }
}
