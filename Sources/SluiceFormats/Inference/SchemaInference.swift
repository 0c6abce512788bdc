package import SluiceCore

/// Proposes a schema from a sample of a source's files. It only proposes: the run verifies every value.
///
///     var inference = SchemaInference(format)
///     for index in SchemaInference.sampledFiles(of: files.count) {
///         try inference.sample(format.open(files[index]))
///     }
///     let schema = inference.schema
package struct SchemaInference: Sendable {
    private let format: any RecordFormat
    private var sample: ShapeSample
    /// What looked wrong about the files.
    package private(set) var warnings: [String] = []
    /// The first record that could not be made out at all, or of which no column came before any other record had one.
    package private(set) var firstReject: Reject?
    /// Whether the files were looked at to their ends.
    package private(set) var sawAll = true

    /// - Parameter keepsTexts: Whether texts stay texts, also those that look like numbers or times.
    package init(_ format: any RecordFormat, keepsTexts: Bool = false) {
        self.format = format
        sample = ShapeSample(keepsTexts: keepsTexts)
    }

    /// Which of a source's files are looked at: the first, the last, and some between them; at most `FormatLimits.sampleFiles`, ascending.
    package static func sampledFiles(of count: Int) -> [Int] {
        let wanted = min(count, FormatLimits.sampleFiles)
        guard wanted > 1 else { return Array(0..<wanted) }
        return (0..<wanted).map { $0 * (count - 1) / (wanted - 1) }
    }

    /// Takes in the first records of a file, up to `FormatLimits.sampleRows` or `FormatLimits.sampleBytes`.
    ///
    /// - Parameter isWhole: Takes all records in.
    package mutating func sample(_ framer: any RecordFramer, isWhole: Bool = false) throws(SluiceError) {
        var framer = framer
        let rowLimit = isWhole ? Int.max : FormatLimits.sampleRows
        let byteLimit = isWhole ? Int.max : FormatLimits.sampleBytes
        warnings += framer.layout.warnings
        for name in framer.layout.columns { sample.observe(name, .unknown) }
        var rows = 0
        var bytes = 0
        while rows < rowLimit, bytes < byteLimit, let framed = try framer.next() {
            let wanted = min(framed.count, rowLimit - rows)
            // In small parts, whose columns use the same memory one after another.
            for start in stride(from: 0, to: wanted, by: FormatLimits.sampledRowsAtOnce) {
                let part = framed.slice(start..<min(start + FormatLimits.sampledRowsAtOnce, wanted))
                format.observe(part, layout: framer.layout, sample: &sample)
                if sample.isEmpty, firstReject == nil { firstReject = fault(part, framer.layout) }
            }
            firstReject = firstReject ?? framed.rejects.first
            rows += wanted
            bytes += framed.records.span.count
        }
        sample.rows += rows
        if rows >= rowLimit || bytes >= byteLimit { sawAll = false }
    }

    /// What is wrong with the first of some records that show no column.
    private func fault(_ part: FramedRecords, _ layout: FileLayout) -> Reject? {
        try? format.decoder(layout, schema: Schema([Field("?", .string)]), missing: .null).decode(part).rejects.first
    }

    /// Records that were looked at.
    package var sampledRows: Int { sample.rows }
    /// Columns by name over all sampled files; all are nullable.
    package var schema: Schema { sample.schema }

    /// Columns and parts of columns that have their type only because no value of them was seen: what a struct's member is called in its column.
    package var undecided: [(column: String, path: String)] {
        sample.members.flatMap { member in member.shape.undecided(member.name).map { (member.name, $0) } }
    }
}
