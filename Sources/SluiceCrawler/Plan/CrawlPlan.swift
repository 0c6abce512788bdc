package import SluiceCatalog
package import SluiceCore

/// What a crawl found, and what it would change in the catalog.
package struct CrawlPlan: Sendable {
    /// A file that is in no table, and why.
    package struct LeftOut: Hashable, Sendable {
        /// Why a file is in no table.
        package enum Kind: String, CaseIterable, Sendable {
            /// A format that is known and not read.
            case recognised
            case unknown
            case empty
            case unreadable
            /// It could be read, and is not like the files around it.
            case odd
            /// It lies in a folder that an earlier crawl has seen.
            case seen
        }

        package var path: String
        package var kind: Kind
        /// One sentence without a full stop.
        package var message: String
    }

    package var crawler: String
    /// Whether nothing has changed since the last crawl, so that no file was opened.
    package var isUnchanged = false
    package var tables: [PlannedTable] = []
    /// Tables of earlier crawls whose data is gone, and what becomes of them.
    package var gone: [GoneTable] = []
    package var leftOut: [LeftOut] = []
    package var skipped: [SkippedPath] = []
    package var notices: [String] = []
    package var figures = CrawlFigures()
    /// How much was read.
    package var verification = CrawlSettings.Verification.all
    /// What files are, as the catalog keeps it.
    var kinds: [ExactText: String] = [:]
    /// Files that changed while they were read.
    var changing: Set<ExactText> = []
    var commit = CrawlCommit()
    var settings: String

    init(crawler: String, settings: String) {
        self.crawler = crawler
        self.settings = settings
    }

    /// Whether applying it changes a table.
    package var changesTables: Bool {
        tables.contains { $0.change != .unchanged && $0.change != .logged } || gone.contains { $0.fate != .logged }
    }
}

/// Counts of a crawl.
package struct CrawlFigures: Hashable, Sendable {
    package var files = 0
    /// Files that were read: not those that are known from an earlier crawl.
    package var filesRead = 0
    /// Files that did not change, and are what the last crawl saw.
    package var filesKnown = 0
    /// Tables of databases, and streams.
    package var systemTables = 0
    package var bytes: Int64 = 0
    package var hidden = 0
    package var excluded = 0
    package var rows: Int64 = 0
    package var rejected: Int64 = 0
    package var seconds = 0.0

    package var json: Value {
        .structure([
            .init("files", .integer(Int64(files))), .init("files_read", .integer(Int64(filesRead))),
            .init("files_known", .integer(Int64(filesKnown))), .init("system_tables", .integer(Int64(systemTables))),
            .init("bytes", .integer(bytes)), .init("rows", .integer(rows)),
            .init("rejected", .integer(rejected)), .init("hidden", .integer(Int64(hidden))), .init("excluded", .integer(Int64(excluded))),
            .init("seconds", .float(seconds)),
        ])
    }
}

/// A table that an earlier crawl made and this one did not find.
package struct GoneTable: Sendable {
    /// What becomes of it.
    package enum Fate: String, Sendable {
        case deleted, deprecated, logged
    }

    package var name: TableName
    package var fate: Fate
}
