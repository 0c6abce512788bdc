/// How far the records of one entity (of one parent) were read; kept in the bookmark.
package struct ReadPosition: Codable, Hashable, Sendable {
    /// The window that is being read.
    package struct Window: Codable, Hashable, Sendable {
        /// Its lower bound, inclusive, as a place of the cursor; nil from the beginning.
        var since: Int64?
        /// The greatest cursor of the windows before it. What is known up to there stays known until the window ends: whatever the order of pages, the
        /// overlap may come on any of them.
        var known: Int64?
        /// What leads to the next page: a cursor, key, offset, number or address; nil for the first.
        var next: String?
        /// The cursor of the last record, as it came.
        var low: String?
        /// The keys of the records that have that cursor; nil where they are too many to be kept.
        var edge: Edge? = Edge()
        /// Whether there were records without a key or a cursor that can be read.
        var hasStrays: Bool?
        /// An upper bound to begin at, where a page's cursor has ended.
        var resumeAt: String?
        /// Where pages begin again at the cursor: the place among records of one cursor, instead of `since`.
        var keyset: Keyset?
        /// So many records behind that place are passed over: nobody may see them.
        var skip: Int?
        /// How many digits the lower bound has behind its seconds.
        var digits: Int?
        var pages = 0
        /// Records of all pages.
        var records = 0
        /// How far the results of a job were read; nil where the window is read page by page.
        var job: JobPosition?
    }

    /// A place among records in the order of cursor and key.
    struct Keyset: Codable, Hashable, Sendable {
        /// As the record has it.
        var cursor: String
        /// The last key; nil behind all records of the cursor.
        var key: String?
    }

    /// Keys of records with one cursor.
    struct Edge: Codable, Hashable, Sendable {
        var keys: Set<String> = []

        init() {}

        /// Bookmarks had the key of the last record alone.
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            keys = try (try? container.decode(String.self)).map { [$0] } ?? container.decode(Set<String>.self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(keys.sorted())
        }
    }

    /// The greatest cursor of all records.
    package internal(set) var high: Int64?
    /// Records whose cursors lie within the lag below `high`: cursor by key.
    var seen: [String: Int64] = [:]
    /// Where the first window begins, as long as nothing was read.
    private var start: Int64?
    /// All records from here on are in `seen`: a lag that has grown leads no further back.
    private var floor: Int64?
    /// How many digits the times of records have behind their seconds, at most.
    var digits: Int?
    /// Nil between windows.
    package internal(set) var window: Window?
    /// What the parent's record said of its records when they were read to the end.
    package var mark: String?

    /// Whose records they are; nil in bookmarks from before that was kept, which are taken as those of whoever asks.
    package var account: Account?

    /// An account of a service, as far as a connection's settings tell it from others.
    package struct Account: Codable, Hashable, Sendable {
        /// The connection's name.
        package var connection: String
        /// A digest of where the account is.
        package var place: String

        package init(connection: String, place: String) { (self.connection, self.place) = (connection, place) }
    }

    /// Up to where the open window knows all that earlier ones read.
    package var known: Int64? { window?.known }

    package var isInWindow: Bool { window != nil }

    /// How far the job of an open window was read.
    package var job: JobPosition? { window?.job }

    /// Where the open window begins, or the next one; nil for the beginning.
    package func since(_ cursor: ServiceEntity.Cursor?) -> Int64? {
        if let window { return window.since }
        guard let high else { return start }
        guard let cursor else { return high }
        let since = cursor.since(behind: high)
        guard let floor else { return since }
        // The bound may be sent as whole seconds.
        return min(high, max(since, floor + (cursor.keptLag - cursor.lag)))
    }

    /// A window of a job begins.
    package mutating func begin(since: Int64?) { window = Window(since: since, known: high) }

    /// A job has come so far.
    ///
    /// - Parameter since: Where its stretch of the window begins.
    package mutating func advance(_ job: JobPosition?, since: Int64?) {
        window = Window(since: since, known: window?.known)
        window?.job = job
    }

    /// A window was read to its end.
    package mutating func close(lag: Int64) {
        window = nil
        guard let high else { return }
        forget(below: high.less(lag), known: nil)
        floor = max(floor ?? .min, high.less(lag))
    }

    /// The records within the lag that are there already.
    package func holds(_ key: String, at place: Int64) -> Bool { seen[key] == place }
    package var holdsAny: Bool { !seen.isEmpty }

    /// - Parameter place: Where the first window begins; nil for the beginning.
    package init(startingAt place: Int64? = nil) { start = place }

    /// Goes on counting from records that were read.
    ///
    /// - Parameter known: Of the window that they are of.
    package mutating func note(_ fresh: [(key: String, place: Int64)], lag: Int64, known: Int64?) {
        guard let greatest = fresh.map(\.place).max() else { return }
        let grown = max(high ?? .min, greatest)
        let bound = grown.less(lag)
        if grown != high { forget(below: bound, known: known) }
        high = grown
        // Records that came late are known in the overlap, too, in case it is read once more.
        for record in fresh where record.place >= bound || record.place <= known ?? .min { seen[record.key] = record.place }
    }

    private mutating func forget(below bound: Int64, known: Int64?) {
        let overlap = known ?? .min
        seen = seen.filter { $0.value >= bound || $0.value <= overlap }
    }
}

extension Int64 {
    /// A place of a cursor so much before this one, or the first that there is.
    package func less(_ lag: Int64) -> Int64 {
        let (place, isBelow) = subtractingReportingOverflow(lag)
        return isBelow ? .min : place
    }
}
