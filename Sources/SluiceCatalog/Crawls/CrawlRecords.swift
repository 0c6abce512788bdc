import SluiceCore

/// A file as a crawl saw it.
package struct CrawledFile: Hashable, Sendable {
    package var path: String
    package var byteCount: Int64
    /// Microseconds since 1970.
    package var modifiedMicros: Int64
    /// Why it is in no table; nil: it is in one.
    package var note: String?
    /// What it is, as the crawler writes it; nil: nobody knows.
    package var kind: String?

    package init(path: String, byteCount: Int64, modifiedMicros: Int64, note: String? = nil, kind: String? = nil) {
        self.path = path
        self.byteCount = byteCount
        self.modifiedMicros = modifiedMicros
        self.note = note
        self.kind = kind
    }
}

/// A table that a crawler made.
package struct CrawledTable: Hashable, Sendable {
    package var name: TableName
    /// What tells it apart from the crawler's other tables: its folder, and what its name is made of.
    package var place: String
    /// The policy that kept changes of columns out of the catalog at the last crawl; nil: there were none.
    package var keptOut: String?

    package init(name: TableName, place: String, keptOut: String? = nil) {
        self.name = name
        self.place = place
        self.keptOut = keptOut
    }

    /// The member of a table's evidence that names the policy; it is the first.
    package static let keptOutMember = "kept_out"

    /// The policy that the beginning of a table's evidence names.
    static func keptOut(_ evidence: String) -> String? {
        let start = "{\"\(keptOutMember)\":\""
        guard evidence.hasPrefix(start) else { return nil }
        return String(evidence.dropFirst(start.count).prefix { $0 != "\"" })
    }
}

/// What a crawler found the last time.
package struct CrawlState: Sendable {
    /// Of the last crawl that was applied; nil: there is none.
    package var settings: String?
    /// By path.
    package var files: [CrawledFile] = []
    package var tables: [CrawledTable] = []

    package init() {}
}

/// All that an applied crawl changes.
package struct CrawlCommit: Sendable {
    /// A table that is new or changed.
    package struct Table: Sendable {
        package var definition: TableDefinition
        package var place: String
        /// All its files; nil: they stay as they are.
        package var files: [TableFile]?
        /// A JSON document: what its columns' values were.
        package var evidence: String
        /// Counts of different values, as the crawler writes them.
        package var sketches: [UInt8]?
        /// Of a table that has no files: how many rows and bytes it has.
        package var counts: (rows: Int64, bytes: Int64)?
        /// What is known of its columns' values, in place of what was known; nil: that stays.
        package var statistics: [ColumnStatistics]?
        /// Whether the table stays another crawler's, or nobody's.
        package var isForeign = false
        /// Whether its partitions are described as it is, whatever others described them as.
        package var partitionsInherit = false

        package init(definition: TableDefinition, place: String, files: [TableFile]?, evidence: String) {
            self.definition = definition
            self.place = place
            self.files = files
            self.evidence = evidence
        }
    }

    package var tables: [Table] = []
    /// Tables that leave the catalog.
    package var dropped: [TableName] = []
    /// Files that are new or changed.
    package var files: [CrawledFile] = []
    /// Paths that are gone.
    package var goneFiles: [String] = []
    /// What files showed that were read, by path, as the crawler writes it.
    package var evidence: [(path: String, bytes: [UInt8])] = []
    /// A JSON document: what was found and done.
    package var report = "{}"

    package init() {}
}

/// One crawl of the history.
package struct CrawlRun: Hashable, Sendable {
    /// How far it came.
    package enum State: String, Sendable {
        case running, done, failed, interrupted
    }

    package var id: Int64
    package var crawler: String
    package var state: State
    /// Microseconds since 1970.
    package var startedMicros: Int64
    package var endedMicros: Int64?
    /// A JSON document; `{}` before its end.
    package var report: String
    package var error: String?
}
