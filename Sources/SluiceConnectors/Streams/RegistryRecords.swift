import SluiceCore
import SluicePipelines
import SluiceRegistry

/// Records whose headers name the schemas that they were written with, as JSON texts that a format decodes.
struct RegistryRecords: Sendable {
    let registry: SchemaRegistry

    /// Records that were read by their schemas.
    struct Read {
        var plain = RawRecords(bytes: [])
        /// The rows that they are.
        var kept: [Int32] = []
        /// Rows whose header or payload is not in order.
        var faults: [(row: Int, error: SluiceError)] = []
    }

    /// - Throws: what keeps the registry from being read.
    func read(_ records: RawRecords) throws(SluiceError) -> Read {
        var read = Read()
        for row in 0..<records.count {
            do throws(SluiceError) {
                let value = try registry.decode(records[row]).value
                read.plain.starts.append(Int32(read.plain.bytes.count))
                value.appendJSON(to: &read.plain.bytes)
                read.plain.ends.append(Int32(read.plain.bytes.count))
                read.kept.append(Int32(row))
            } catch {
                guard [.malformedRecord, .recordMismatch, .notFound, .limitExceeded].contains(error.code) else { throw error }
                read.faults.append((row, error))
            }
        }
        return read
    }
}

/// Decodes records by their headers; rejects and rows keep the bytes that came.
struct RegistryDecoder: PayloadDecoder {
    let inner: FilePayloadDecoder
    let registry: RegistryRecords

    func decode(_ records: RawRecords, origin: Origin) throws(SluiceError) -> ReadBatch {
        let read = try registry.read(records)
        var decoded = try inner.decode(read.plain, origin: origin.gather(read.kept))
        let places = Dictionary((0..<records.count).map { (origin.position($0), Int32($0)) }, uniquingKeysWith: { first, _ in first })
        if let own = decoded.batch.origin {
            decoded.batch.origin?.raw = records.gather((0..<decoded.batch.rowCount).map { places[own.position($0)] ?? 0 })
        }
        let rows = Dictionary((0..<records.count).map { (origin.location($0), $0) }, uniquingKeysWith: { first, _ in first })
        for index in decoded.rejects.indices {
            if let row = decoded.rejects[index].location.flatMap({ rows[$0] }) { decoded.rejects[index].raw = Array(records[row]) }
        }
        for (row, error) in read.faults {
            let fault = RowError(error.code, error.message, remedy: error.remedy)
            decoded.rejects.append(Reject(fault, at: origin.location(row), raw: Array(records[row])))
        }
        return decoded
    }
}
