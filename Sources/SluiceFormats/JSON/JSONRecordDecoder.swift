import SluiceCore

/// Reads the wanted members of each record into columns; the others are passed over, but checked.
struct JSONRecordDecoder: RecordDecoder {
    let schema: Schema
    let encoding: TextEncoding
    /// Members beyond these are told of; nil: none is.
    var known: KnownMembers?

    func noticing(membersBeyond known: KnownMembers) -> any RecordDecoder {
        var copy = self
        copy.known = known
        return copy
    }

    func decode(_ records: RawRecords, origin: Origin) -> DecodedBatch {
        var faults = RecordFaults()
        var columns = JSONColumns()
        let root = columns.add(.structure(schema.fields), known: known.map { .structure($0.fields) })
        var newMembers = NewMembers()
        records.bytes.withUnsafeBufferPointer { bytes in
            let isPlain = records.count == 0 || TextCheck.isPlainASCII(UnsafeBufferPointer(rebasing: bytes[records.span]))
            for row in 0..<records.count {
                let record = UnsafeBufferPointer(rebasing: bytes[records.range(row)])
                if !isPlain, let fault = TextCheck.fault(in: record) {
                    faults.add(.notText(fault, encoding: encoding), row: row, offset: fault.offset)
                    continue
                }
                read(record, row, root, &columns, &faults)
                for name in columns.takeUnknown() { newMembers.add(name, at: origin.location(row)) }
            }
        }
        var decoded = finish(columns.memberColumns(root), records, origin, faults)
        decoded.newMembers = newMembers.isEmpty ? nil : newMembers
        return decoded
    }

    func decode(_ block: any RecordBlock, _ request: ReadRequest) -> DecodedBatch {
        guard let block = block as? JSONBlock else { return decodeWhole(block.framed, request) }
        return JSONBlockDecoder.decode(self, block, request)
    }

    /// The first fault of a record, if it has one.
    func fault(in record: UnsafeBufferPointer<UInt8>) -> RecordFaults.Entry? {
        var faults = RecordFaults()
        if let fault = TextCheck.fault(in: record) {
            return RecordFaults.Entry(error: .notText(fault, encoding: encoding), offset: fault.offset)
        }
        var columns = JSONColumns()
        read(record, 0, columns.add(.structure(schema.fields)), &columns, &faults)
        return faults.byRow[0]
    }

    @inline(__always)
    private func read(
        _ record: UnsafeBufferPointer<UInt8>, _ row: Int, _ root: Int, _ columns: inout JSONColumns, _ faults: inout RecordFaults
    ) {
        let rows = columns.nodes[root].count
        var reader = JSONReader(record)
        do throws(JSONFault) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw reader.fault("a record must be an object in { }") }
            try columns.read(root, &reader, depth: 0)
            try reader.expectEnd()
        } catch {
            columns.settle(root, rows)
            faults.add(error.rowError(in: record), row: row, offset: error.offset)
        }
    }

    private func finish(_ columns: [Column], _ records: RawRecords, _ origin: Origin, _ faults: RecordFaults) -> DecodedBatch {
        var whole = origin
        whole.raw = records
        guard !faults.isEmpty else {
            return DecodedBatch(Batch(schema, columns, rowCount: records.count, origin: whole), rejects: [])
        }
        let kept = faults.kept(of: records.count)
        let batch = Batch(schema, columns, rowCount: kept.count, origin: whole.gather(kept))
        return DecodedBatch(batch, rejects: faults.rejects(records, origin, endsAtCarriageReturn: false))
    }
}

extension JSONFault {
    /// The error of the record that the fault is in.
    func rowError(in record: UnsafeBufferPointer<UInt8>) -> RowError {
        switch reason {
        case .doesNotFit(let type, let length):
            let text = UnsafeBufferPointer(rebasing: record[offset..<min(record.count, offset + length)])
            return .doesNotFit(unquoted: text, type, column: path.joined(separator: "."))
        case .syntax(let message):
            let shown = String(decoding: record[offset...].prefix(20), as: UTF8.self).quotedForMessage
            // A log often has plain lines beside its JSON.
            let isPlain = offset < record.count && !"{[".utf8.contains(record[offset]) && record[..<offset].allSatisfy { $0 <= 0x20 }
            let hint = isPlain ? "; a file with lines of plain text is read with format: text (--from text)" : ""
            return RowError(.malformedRecord, "malformed JSON at byte \(offset + 1): \(message), not \(shown)\(hint)")
        case .cut:
            return RowError(.malformedRecord, "malformed JSON: the record ends at byte \(offset) inside a value; was the line cut off?")
        case .tooDeep:
            return RowError(.malformedRecord, "nested deeper than \(CoreLimits.nestingDepth) at byte \(offset + 1)")
        case .loneSurrogate:
            return RowError(.malformedRecord, #"the \u escape at byte \#(offset + 1) is half of a surrogate pair"#)
        }
    }
}

extension RowError {
    /// The value of a JSON text: a string keeps its quotes, so that "1" and 1 can be told apart.
    fileprivate static func doesNotFit(unquoted text: UnsafeBufferPointer<UInt8>, _ type: String, column: String) -> RowError {
        let shown = String(decoding: text, as: UTF8.self)
        let cut = shown.unicodeScalars.count > CoreLimits.quotedCharacters
        let quoted = cut || !shown.hasPrefix("\"") ? shown.quotedForMessage : shown
        return RowError(.valueDoesNotFit, "value \(quoted) does not fit the type \(type)", column: column)
    }
}

extension RawRecords {
    /// From the first record's start to the last one's end.
    var span: Range<Int> {
        guard let first = starts.min(), let last = ends.max() else { return 0..<0 }
        return Int(first)..<Int(last)
    }
}

extension TextCheck.Fault {
    var offset: Int {
        switch self {
        case .invalidUTF8(let offset), .nul(let offset): offset
        }
    }
}
