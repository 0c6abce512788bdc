package import SluiceCore

extension TableEvidence {
    /// Of the first byte; another layout gets another one, and evidence of this one is not read then.
    private static let version: UInt64 = 1

    /// What one file showed, in some hundred bytes for each column: all but the sketches of different values.
    ///
    /// - Parameters:
    ///   - reading: Tells how the file was read; evidence of another reading is of no use.
    ///   - isWhole: Every record was read.
    package func bytes(reading: UInt64, isWhole: Bool) -> [UInt8] {
        var writer = EvidenceWriter()
        writer.put(Self.version)
        writer.put(fixed: reading)
        writer.put(isWhole)
        writer.put(rows)
        writer.put(rejected)
        writer.put(rejects.count)
        for reject in rejects { Self.write(reject, to: &writer) }
        let seen = columns.filter { !$0.isEmpty }
        writer.put(seen.count)
        for column in seen { column.write(to: &writer) }
        return writer.bytes
    }

    /// Reads what `bytes` made of the file with this path.
    ///
    /// - Returns: Nil for evidence of another layout or reading.
    /// - Throws: `stateCorrupt`.
    package static func part(
        _ bytes: [UInt8], path: String, reading: UInt64
    ) throws(SluiceError) -> (evidence: TableEvidence, isWhole: Bool)? {
        var parser = EvidenceParser(bytes)
        guard try parser.number() == version, try parser.fixed() == reading else { return nil }
        let isWhole = try parser.flag()
        var part = TableEvidence()
        part.rows = try parser.integer()
        let rejected = try parser.integer()
        var rejects: [Reject] = []
        for _ in 0..<(try parser.count()) { rejects.append(try reject(&parser, path)) }
        var columns: [ColumnEvidence] = []
        for _ in 0..<(try parser.count()) { columns.append(try ColumnEvidence(&parser, path: path)) }
        guard parser.isAtEnd, columns.count <= EvidenceLimits.nodes else { throw EvidenceParser.malformed }
        part.put(columns, rejected: rejected, rejects: rejects)
        return (part, isWhole)
    }

    private static func write(_ reject: Reject, to writer: inout EvidenceWriter) {
        writer.put(reject.error.code.name)
        writer.put(reject.error.message)
        writer.put(reject.error.column ?? "")
        let line = if case .file(_, let line?, _)? = reject.location { line } else { 0 }
        writer.put(Int64(line))
        writer.put(reject.raw)
    }

    private static func reject(_ parser: inout EvidenceParser, _ path: String) throws(SluiceError) -> Reject {
        let (code, message, column) = (try parser.text(), try parser.text(), try parser.text())
        let line = Int(clamping: try parser.integer())
        return Reject(
            RowError(SluiceError.Code(code), message, column: column.isEmpty ? nil : column),
            at: .file(path: path, line: line > 0 ? line : nil), raw: try parser.content())
    }

    // MARK: Sketches

    /// The sketches of different values of all columns.
    package var sketchBytes: [UInt8] {
        var writer = EvidenceWriter()
        writer.put(Self.version)
        writer.put(columns.count)
        for column in columns { column.writeSketches(to: &writer) }
        return writer.bytes
    }

    /// Evidence of no record but for the sketches.
    ///
    /// - Returns: Nil for those of another layout.
    /// - Throws: `stateCorrupt`.
    package static func sketches(_ bytes: [UInt8]) throws(SluiceError) -> TableEvidence? {
        var parser = EvidenceParser(bytes)
        guard try parser.number() == version else { return nil }
        var columns: [ColumnEvidence] = []
        for _ in 0..<(try parser.count()) { columns.append(try ColumnEvidence(sketches: &parser)) }
        guard parser.isAtEnd, columns.count <= EvidenceLimits.nodes else { throw EvidenceParser.malformed }
        var evidence = TableEvidence()
        evidence.put(columns, rejected: 0, rejects: [])
        return evidence
    }
}
