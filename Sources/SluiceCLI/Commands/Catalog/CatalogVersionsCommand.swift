import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogVersionsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List a table's versions: when each began, which run made it, and what it changed.")

    @OptionGroup var table: TableArgument
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (name, catalog) = try table.open(Session(home: state.directory))
        let record = try catalog.table(name)
        let versions = try catalog.versions(of: name)
        let json = Value.object([
            "table": .string(name.description), "version": .number(record.version), "revision": .number(record.revision),
            "versions": .list(versions.map(\.json)),
        ])
        return Report([.table(VersionTable.table(versions))], json: json)
    }
}

/// Versions as a table, newest first.
enum VersionTable {
    static func table(_ versions: some BidirectionalCollection<TableVersion>, before: TableVersion? = nil) -> TextTable {
        var table = TextTable([.init("version", .right), .init("since"), .init("run"), .init("change")])
        let older = versions.dropFirst().map(Optional.some) + [before]
        for (version, former) in zip(versions, older) {
            let change = former.map { TableDetails.change(from: $0, to: version) } ?? (version.version == 1 ? "created" : "")
            table.add([String(version.version), HumanText.time(micros: version.createdMicros), version.run?.text ?? "", change])
        }
        return table
    }
}
