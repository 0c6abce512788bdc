import SluiceCore

/// Evidence of delimited text: every field of every record, by the dialect with which it would be read.
struct CSVEvidenceReader: EvidenceReader {
    private let decoder: CSVDecoder
    private let names: [String]
    private let path: String
    private var classifier: ValueClassifier
    /// Of the columns in the evidence that was used last.
    private var places: [Int?] = []

    /// - Throws: what the layout's options throw.
    init(_ format: CSVFormat, _ layout: FileLayout, path: String) throws(SluiceError) {
        let dialect = try format.dialect.following(layout)
        names = layout.columns
        let schema = Schema(unchecked: names.map { Field($0, .string) })
        decoder = try CSVDecoder(dialect, layout: layout, schema: schema, missing: .null)
        classifier = ValueClassifier(dialect.rules)
        self.path = path
    }

    mutating func take(_ block: any RecordBlock, into evidence: inout TableEvidence) {
        if places.count != names.count { places = names.map { evidence.place(of: $0) } }
        if let block = block as? CSVBlock, let read = takeBlock(block, &evidence) {
            evidence.rows += Int64(read.rows)
            evidence.take(read.rejects)
            return
        }
        takeWhole(block.framed, &evidence)
    }

    private mutating func takeBlock(_ block: CSVBlock, _ evidence: inout TableEvidence) -> (rows: Int, rejects: [Reject])? {
        CSVBlockDecoder.forEachColumn(decoder, block) { column, texts, line in
            guard let place = places[column] else { return }
            evidence.update(place) { $0.take(texts, &classifier, path, line: line) }
        }
    }

    /// Records that only the careful decoder can take apart.
    private mutating func takeWhole(_ framed: FramedRecords, _ evidence: inout TableEvidence) {
        let decoded = decoder.decode(framed)
        evidence.rows += Int64(decoded.batch.rowCount)
        evidence.take(framed.rejects + decoded.rejects)
        for (index, column) in decoded.batch.columns.enumerated() {
            guard let place = places[index], case .bytes(let rows) = column.storage else { continue }
            for row in 0..<decoded.batch.rowCount {
                if column.isNull(row) {
                    evidence.update(place) { $0.nulls += 1 }
                } else {
                    let line = decoded.batch.origin?.position(row) ?? 0
                    rows.withRow(row) { text in evidence.update(place) { $0.take(text, &classifier, path, line) } }
                }
            }
        }
    }
}
