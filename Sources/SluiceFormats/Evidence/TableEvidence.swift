package import SluiceCore

/// What the records of a table's files showed: its columns with their evidence, and the records that could not be read.
package struct TableEvidence: Sendable {
    package private(set) var columns: [ColumnEvidence] = []
    private var places: [ExactText: Int] = [:]
    /// Records that could be read.
    package var rows: Int64 = 0
    package private(set) var rejected: Int64 = 0
    /// The first records that could not be read, by path and line; at most `EvidenceLimits.rejects`.
    package private(set) var rejects: [Reject] = []

    package init() {}

    /// The place of a column, which is the next one for a name that was not seen before; nil where there are too many.
    package mutating func place(of name: String) -> Int? {
        if let place = places[ExactText(name)] { return place }
        guard columns.count < EvidenceLimits.nodes else { return nil }
        places[ExactText(name)] = columns.count
        let hashes = columns.count < EvidenceLimits.manyColumns ? EvidenceLimits.distinctHashes : EvidenceLimits.distinctHashesOfMany
        columns.append(ColumnEvidence(name, hashes: hashes))
        return columns.count - 1
    }

    func knownPlace(of name: String) -> Int? { places[ExactText(name)] }

    /// The column of a name.
    package subscript(name: String) -> ColumnEvidence? { places[ExactText(name)].map { columns[$0] } }

    /// Nulls of a column, records that do not have it among them.
    package func nulls(of column: ColumnEvidence) -> Int64 { max(0, rows - column.valueCount) }

    @inline(__always)
    mutating func update(_ place: Int, _ body: (inout ColumnEvidence) -> Void) { body(&columns[place]) }

    /// Counts records that could not be read, and keeps the first.
    package mutating func take(_ found: [Reject]) {
        if found.isEmpty { return }
        rejected += Int64(found.count)
        keep(found)
    }

    private mutating func keep(_ found: [Reject]) {
        let shown = found.map { reject in
            var copy = reject
            copy.raw = Array(reject.raw.prefix(EvidenceLimits.valueBytes))
            return copy
        }
        rejects = Array((rejects + shown).sorted(by: Self.precedes).prefix(EvidenceLimits.rejects))
    }

    private static func precedes(_ a: Reject, _ b: Reject) -> Bool {
        guard case .file(let path, let line, _)? = a.location, case .file(let other, let otherLine, _)? = b.location else { return false }
        return path == other ? (line ?? 0) < (otherLine ?? 0) : path.utf8.lexicographicallyPrecedes(other.utf8)
    }

    /// Puts columns and counts into one that has none.
    mutating func put(_ columns: [ColumnEvidence], rejected: Int64, rejects: [Reject]) {
        self.columns = columns
        for (place, column) in columns.enumerated() { places[ExactText(column.name)] = place }
        self.rejected = rejected
        self.rejects = rejects
    }

    /// Forgets the counts of records; the columns stay.
    mutating func clearCounts() {
        rows = 0
        rejected = 0
        rejects = []
    }

    /// Takes in what another one saw; its new columns come behind, in the order of the names.
    package mutating func merge(_ other: TableEvidence) {
        rows += other.rows
        rejected += other.rejected
        if !other.rejects.isEmpty { keep(other.rejects) }
        var fresh: [ColumnEvidence] = []
        for column in other.columns {
            if let place = places[ExactText(column.name)] { columns[place].merge(column) } else { fresh.append(column) }
        }
        for column in fresh.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            if let place = place(of: column.name) { columns[place].merge(column) }
        }
    }
}

/// Takes the records of one file into the evidence of its table.
package protocol EvidenceReader: Sendable {
    /// Takes in a block that a framer of the same format found.
    mutating func take(_ block: any RecordBlock, into evidence: inout TableEvidence)
}
