import SluiceCore

/// The rows that could not be decoded, while a batch is being built.
struct RecordFaults {
    /// The first fault of a record, and the byte of the record that it is about.
    struct Entry {
        var error: RowError
        var offset: Int
    }

    private(set) var byRow: [Int: Entry] = [:]
    var isEmpty: Bool { byRow.isEmpty }

    mutating func add(_ error: RowError, row: Int, offset: Int) {
        if byRow[row] == nil { byRow[row] = Entry(error: error, offset: offset) }
    }

    func contains(_ row: Int) -> Bool { !byRow.isEmpty && byRow[row] != nil }

    /// In record order, with place and bytes.
    ///
    /// - Parameter endsAtCarriageReturn: whether a carriage return alone ends a line, as it does for the framer that counted them.
    func rejects(_ records: RawRecords, _ origin: Origin, endsAtCarriageReturn: Bool) -> [Reject] {
        byRow.keys.sorted().map { row in
            let entry = byRow[row]!
            let location = records.bytes.withUnsafeBufferPointer { bytes in
                RecordPlace.location(
                    origin.split, position: origin.position(row), record: UnsafeBufferPointer(rebasing: bytes[records.range(row)]),
                    offset: entry.offset, endsAtCarriageReturn: endsAtCarriageReturn)
            }
            return Reject(entry.error, at: location, raw: Array(records[row]))
        }
    }

    /// The rows that are not in here, of `count`.
    func kept(of count: Int) -> [Int32] { (0..<Int32(count)).filter { byRow[Int($0)] == nil } }
}

extension RowError {
    /// A value whose text is not one of the type, with a hint where a usual cause shows.
    static func doesNotFit(_ text: UnsafeBufferPointer<UInt8>, _ type: String, column: String, hint: String? = nil) -> RowError {
        let shown = String(decoding: text, as: UTF8.self).quotedForMessage
        return RowError(.valueDoesNotFit, "value \(shown) does not fit the type \(type)" + (hint.map { "; " + $0 } ?? ""), column: column)
    }

    /// Bytes that are not text in the file's encoding.
    static func notText(_ fault: TextCheck.Fault, encoding: TextEncoding) -> RowError {
        switch fault {
        case .nul(let offset):
            RowError(.invalidEncoding, "NUL byte at byte \(offset) of the record; is the file UTF-16 (encoding: utf-16le)?")
        case .invalidUTF8(let offset):
            if encoding == .utf8 {
                RowError(.invalidEncoding, "invalid UTF-8 at byte \(offset) of the record; for Western European text try encoding: cp1252")
            } else {
                RowError(.invalidEncoding, "bytes at byte \(offset) of the record are no \(encoding.rawValue) text")
            }
        }
    }
}
