import Glibc
import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceTestKit

/// Data, and a catalog for crawls of it.
final class CrawlFolder {
    let directory: TemporaryDirectory
    let catalog: Catalog

    init() throws {
        directory = try TemporaryDirectory()
        catalog = try Catalog(home: directory.path("home"))
    }

    var data: String { directory.path("data") }

    /// Writes a file below the data.
    func write(_ path: String, _ text: String) throws { try directory.write("data/" + path, text) }

    func settings(_ change: (inout CrawlSettings) -> Void = { _ in }) -> CrawlSettings {
        var settings = CrawlSettings(name: "test", targets: [data])
        settings.database = "d"
        change(&settings)
        return settings
    }

    func plan(_ change: (inout CrawlSettings) -> Void = { _ in }) async throws -> CrawlPlan {
        try await Crawler(settings(change), catalog: catalog).plan()
    }

    @discardableResult
    func apply(_ change: (inout CrawlSettings) -> Void = { _ in }) async throws -> CrawlPlan {
        try await Crawler(settings(change), catalog: catalog).apply()
    }

    func table(_ name: String) throws -> TableRecord { try catalog.table(TableName(database: "d", table: name)) }

    /// Orders of a day.
    static func orders(_ first: Int, count: Int = 3) -> String {
        "id,item,price\n" + (first..<(first + count)).map { "\($0),pen,1.\($0 % 10)5\n" }.joined()
    }
}

extension CrawlPlan {
    /// `name: columns` of each table.
    var shapes: [String] {
        tables.map { table in
            "\(table.name.table): "
                + (table.definition.columns + table.definition.partitionKeys).map { "\($0.name) \($0.type)" }.joined(separator: ", ")
        }
    }

    var leftOutNames: [String] { leftOut.map { "\($0.kind.rawValue) \($0.path.split(separator: "/").last ?? "")" }.sorted() }
}
