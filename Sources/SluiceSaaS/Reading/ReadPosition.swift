/// How far the records of one entity (of one parent) were read; kept in the bookmark.
package struct ReadPosition: Codable, Hashable, Sendable {
    /// The window that is being read.
    package struct Window: Codable, Hashable, Sendable {
        /// Its lower bound, inclusive, as a place of the cursor; nil from the beginning.
        var since: Int64?
        /// What leads to the next page: a cursor, key, offset, number or address; nil for the first.
        var next: String?
        /// The cursor of the last record, as it came.
        var low: String?
        /// The key of the last record.
        var edge: String?
        /// An upper bound to begin at, where a page's cursor has ended.
        var resumeAt: String?
        var pages = 0
        /// Records of all pages.
        var records = 0
    }

    /// The greatest cursor of all records.
    package internal(set) var high: Int64?
    /// Records whose cursors lie within the lag below `high`: cursor by key.
    var seen: [String: Int64] = [:]
    /// Nil between windows.
    package internal(set) var window: Window?

    package var isInWindow: Bool { window != nil }

    /// The lower bound of the window that is being read, or of the next one; nil from the beginning.
    package func lowerBound(lagMicros: Int64) -> Int64? { window.map(\.since) ?? high.map { max(0, $0 - lagMicros) } }

    /// - Parameter place: Where the first window begins; nil for the beginning.
    package init(startingAt place: Int64? = nil) { high = place }

    /// Goes on counting from records that were read.
    mutating func note(_ fresh: [(key: String, place: Int64)], lagMicros: Int64) {
        guard let greatest = fresh.map(\.place).max() else { return }
        let grown = max(high ?? .min, greatest)
        let bound = grown - lagMicros
        if grown != high { seen = seen.filter { $0.value >= bound } }
        high = grown
        for record in fresh where record.place >= bound { seen[record.key] = record.place }
    }
}
