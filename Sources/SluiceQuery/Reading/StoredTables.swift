import Synchronization

/// What is kept of a table, by what was asked of it. Only the thread that SQLite runs on uses it.
final class StoredTables: @unchecked Sendable {
    /// A set of rows: the same columns under the same condition.
    struct Key: Hashable {
        var columns: [Int]
        var condition: String
    }

    enum Entry {
        /// Was read once, and not kept.
        case scanned
        case kept(StoredRows)
        /// Has more bytes than are kept.
        case tooLarge
    }

    private var entries: [Key: Entry] = [:]

    var count: Int { entries.count }

    subscript(key: Key) -> Entry? {
        get { entries[key] }
        set { entries[key] = newValue }
    }
}
