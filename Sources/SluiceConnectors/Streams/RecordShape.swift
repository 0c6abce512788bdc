import SluiceCore
import SluiceFormats
import SluiceRegistry

/// How rows become records of a stream: as a format writes them, or as a schema of the registry says, behind its header.
enum RecordShape: Sendable {
    case format(any RecordFormat)
    case schema(SchemaRecords)

    /// As summaries name it.
    var name: String {
        switch self {
        case .format(let format): type(of: format).name
        case .schema(let records): "\(records.name) version \(records.version)"
        }
    }

    /// - Parameter stream: As messages name the place.
    /// - Throws: what rows of the schema cannot be written as.
    func maker(_ schema: Schema, stream: String) throws(SluiceError) -> any RecordMaker {
        switch self {
        case .format(let format): FormatRecords(stream: stream, format: format, encoder: try format.encoder(schema))
        case .schema(let records): records
        }
    }
}

/// Makes a record of each row of a batch, in order. Any task uses it.
protocol RecordMaker: Sendable {
    /// - Returns: One payload a row, and how readers decode them where they do not say it themselves.
    /// - Throws: what a row cannot be written as; `recordTooLarge`.
    func records(of batch: Batch) throws(SluiceError) -> (payloads: ByteRows, layout: FileLayout?)
}

/// Records of a format.
struct FormatRecords: RecordMaker {
    let stream: String
    let format: any RecordFormat
    let encoder: any RecordEncoder

    func records(of batch: Batch) throws(SluiceError) -> (payloads: ByteRows, layout: FileLayout?) {
        var bytes = encoder.header
        try encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: stream)
        var payloads = ByteRows()
        while let framed = try framer.next() {
            for index in 0..<framed.count { payloads.append(framed.records[index]) }
            if let reject = framed.rejects.first {
                precondition(reject.error.code == .recordTooLarge, "a format cannot frame what it encoded")
                throw RowLength.error(
                    "more than \(CoreLimits.recordBytes) bytes", payloads.count, of: batch, for: "stream \(stream.quotedForMessage)")
            }
        }
        precondition(payloads.count == batch.rowCount, "a format framed \(payloads.count) of \(batch.rowCount) rows that it encoded")
        return (payloads, framer.layout)
    }
}

/// Records of a schema, behind Glue's header.
struct SchemaRecords: RecordMaker {
    let name: String
    let version: Int
    let id: SchemaVersionID
    let document: SchemaDocument
    let compresses: Bool

    func records(of batch: Batch) throws(SluiceError) -> (payloads: ByteRows, layout: FileLayout?) {
        var payloads = ByteRows()
        for row in 0..<batch.rowCount {
            do throws(PayloadFault) {
                payloads.append(WireHeader.glueRecord(id, try document.glueBytes(of: batch.row(row)), compresses: compresses))
            } catch {
                throw SluiceError(
                    .recordMismatch, "a row cannot be written as version \(version) of schema \"\(name)\": \(error.message)",
                    at: batch.origin?.location(row), remedy: "select, cast and rename columns to what the schema says, before the sink")
            }
        }
        return (payloads, nil)
    }
}

/// Records that a bound stream must take, checked before the run commits to them.
struct CheckedRecords: RecordMaker {
    let maker: any RecordMaker
    let check: @Sendable (ArraySlice<UInt8>) -> SluiceError?

    func records(of batch: Batch) throws(SluiceError) -> (payloads: ByteRows, layout: FileLayout?) {
        let made = try maker.records(of: batch)
        for row in 0..<made.payloads.count {
            if let error = check(made.payloads[row]) { throw error.located(at: batch.origin?.location(row)) }
        }
        return made
    }
}
