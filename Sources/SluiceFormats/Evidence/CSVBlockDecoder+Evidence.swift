import SluiceCore

extension CSVBlockDecoder {
    /// Calls `body` with each column of a decoder whose columns are texts: its place, its texts, and the line of a row.
    ///
    /// - Returns: how many rows there are, and what is wrong with the other records; nil when the block is one for the careful decoder.
    static func forEachColumn(
        _ decoder: CSVDecoder, _ block: CSVBlock, _ body: (Int, TextColumn, (Int) -> Int64) -> Void
    ) -> (rows: Int, rejects: [Reject])? {
        with(decoder, block) { $0.forEachColumn(body) }
    }

    private func forEachColumn(_ body: (Int, TextColumn, (Int) -> Int64) -> Void) -> (rows: Int, rejects: [Reject])? {
        var faults: [Reject] = []
        if !oddRecords.isEmpty {
            guard !decoder.dialect.pads, let found = rejects() else { return nil }
            faults = found
        }
        for (index, source) in decoder.sources.enumerated() {
            guard let field = source else { continue }
            var arena: [UInt8] = []
            fill(field, nil, &arena)
            arena.withUnsafeBufferPointer { arena in
                let texts = TextColumn(
                    spans: UnsafeBufferPointer(rebasing: spans[..<rowCount]), raw: raw, arena: arena, rules: decoder.dialect.rules)
                body(index, texts) { row in lineNumbers([firstField(row)])[0] }
            }
        }
        return (rowCount, faults)
    }
}
