import SluiceCore

/// Holds back the last records of a file until it is known which of them are its footer.
struct FooterCutter: Sendable {
    private let dialect: CSVDialect
    private var held: [FramedRecords] = []
    private var isAtEnd = false

    init(_ dialect: CSVDialect) { self.dialect = dialect }

    /// How many records may belong to the footer.
    private var reach: Int { dialect.footer.isEmpty ? dialect.skippedFooter : CSVLimits.footerRecords }

    /// Whether the first records held are none of the last ones.
    var isReady: Bool { isAtEnd || held.dropFirst().reduce(0) { $0 + $1.count } >= reach }

    mutating func add(_ framed: FramedRecords) { held.append(framed) }

    /// The next records that are data; nil at the end.
    mutating func next() -> FramedRecords? {
        while !held.isEmpty {
            let framed = held.removeFirst()
            if framed.count > 0 || !framed.rejects.isEmpty { return framed }
        }
        return nil
    }

    /// Nothing follows: drops the footer.
    mutating func finish() {
        guard !isAtEnd else { return }
        isAtEnd = true
        guard let (part, row) = footerStart() else { return }
        let line = held[part].origin.position(row)
        held[part] = held[part].prefix(row)
        for later in held.indices where later > part { held[later] = held[later].prefix(0) }
        // What could not be framed there is footer as well.
        for index in held.indices where index >= part {
            held[index].rejects.removeAll { reject in
                if case .file(_, let place?, _) = reject.location { Int64(place) >= line } else { false }
            }
        }
    }

    /// The part and the record in it with which the footer starts.
    private func footerStart() -> (Int, Int)? {
        let places = held.indices.flatMap { part in (0..<held[part].count).map { (part, $0) } }.suffix(reach)
        guard !dialect.footer.isEmpty else { return places.suffix(dialect.skippedFooter).first }
        return places.first { part, row in
            let record = held[part].records[row]
            let text = record.first == dialect.quote ? record.dropFirst() : record
            return text.starts(with: dialect.footer)
        }
    }
}

extension FramedRecords {
    /// The first records.
    fileprivate func prefix(_ count: Int) -> FramedRecords {
        guard count < self.count else { return self }
        var copy = self
        copy.records = RawRecords(
            bytes: records.bytes, starts: Array(records.starts.prefix(count)), ends: Array(records.ends.prefix(count)))
        copy.lines =
            switch lines {
            case .dense(let first, _): .dense(first: first, count: count)
            case .listed(let list): .listed(Array(list.prefix(count)))
            }
        return copy
    }
}
