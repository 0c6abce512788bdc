import SluiceCore

/// Some blocks of a file, decoded into batches.
struct AvroPiece: FilePiece {
    private let plan: AvroReadPlan
    private var blocks: ArraySlice<AvroBlock>
    private var current: OpenBlock?
    /// Thrown after the rows before it were given.
    private var failure: SluiceError?

    /// A block whose plain bytes are there.
    private struct OpenBlock {
        let block: AvroBlock
        let plain: [UInt8]
        var position = 0
        var rest: Int
        var firstRow: Int64
    }

    /// Rows of a block that belong to one batch.
    private struct Segment {
        let plain: [UInt8]
        let position: Int
        var rows: Int
    }

    init(_ blocks: [AvroBlock], _ plan: AvroReadPlan) {
        self.blocks = blocks[...]
        self.plan = plan
    }

    mutating func next() throws(SluiceError) -> DecodedBatch? {
        if let failure { throw failure }
        var decoding = Decoding(plan)
        var segments: [Segment] = []
        var rows = 0
        var byteCount = 0
        var first: Int64?
        do throws(SluiceError) {
            while rows < CoreLimits.batchRows, byteCount < CoreLimits.batchBytes, var open = try openBlock() {
                if first == nil { first = open.firstRow }
                let wanted = min(open.rest, CoreLimits.batchRows - rows)
                let begin = open.position
                let (made, fault) = decoding.decode(wanted, of: open.plain, from: &open.position)
                segments.append(Segment(plain: open.plain, position: begin, rows: made))
                rows += made
                byteCount += open.position - begin
                if let fault { throw damaged(open.block, fault) }
                open.rest -= made
                open.firstRow += Int64(made)
                if open.rest == 0, open.position < open.plain.count {
                    current = nil
                    throw corrupt(open.block, "\(open.plain.count - open.position) bytes stand behind its last record")
                }
                current = open.rest == 0 ? nil : open
            }
        } catch {
            failure = error
            if rows == 0 { throw error }
            // Decoders hold a part of the row that failed: the whole rows are decoded once more.
            decoding = Decoding(plan)
            for segment in segments where segment.rows > 0 {
                var position = segment.position
                _ = decoding.decode(segment.rows, of: segment.plain, from: &position)
            }
        }
        guard rows > 0, let first else { return nil }
        return decoding.batch(rows, first: first)
    }

    private mutating func openBlock() throws(SluiceError) -> OpenBlock? {
        if let current { return current }
        while let block = blocks.popFirst() {
            let plain: [UInt8]
            do throws(SluiceError) {
                plain = try plan.codec.decompress(block.bytes)
            } catch {
                var located = error.located(at: .file(path: plan.path))
                located.message = "block at byte \(block.offset): \(error.message)"
                throw located
            }
            let most = plan.leastBytes == 0 ? AvroLimits.emptyItems : plain.count / plan.leastBytes
            guard block.count <= Int64(most) else {
                throw corrupt(block, "it claims \(block.count) records, which \(plain.count) bytes cannot hold")
            }
            if block.count == 0 {
                guard plain.isEmpty else { throw corrupt(block, "\(plain.count) bytes stand behind its last record") }
                continue
            }
            return OpenBlock(block: block, plain: plain, rest: Int(block.count), firstRow: block.firstRow)
        }
        return nil
    }

    private func damaged(_ block: AvroBlock, _ fault: AvroFault) -> SluiceError {
        guard fault.isLimit else { return corrupt(block, fault.reason) }
        return SluiceError(
            .limitExceeded, "block at byte \(block.offset): \(fault.reason)", at: .file(path: plan.path),
            remedy: "write the file again with smaller blocks")
    }

    private func corrupt(_ block: AvroBlock, _ why: String) -> SluiceError {
        SluiceError(
            .corruptFile, "the Avro file is damaged in the block at byte \(block.offset): \(why)", at: .file(path: plan.path),
            remedy: "copy or download the file again")
    }
}

/// The decoders of one batch, and the errors of its rows.
private struct Decoding {
    private let plan: AvroReadPlan
    private let steps: AvroDecoderList
    private let wanted: [AvroDecoder]
    private var errors = RowErrors()
    private var rows = 0

    init(_ plan: AvroReadPlan) {
        self.plan = plan
        (steps, wanted) = plan.decoders()
    }

    /// Decodes up to `count` records; how many are whole, and what is wrong with the next one.
    mutating func decode(_ count: Int, of plain: [UInt8], from position: inout Int) -> (made: Int, fault: AvroFault?) {
        steps.reserve(count)
        return plain.withUnsafeBufferPointer { bytes in
            var cursor = AvroCursor(bytes, from: position)
            for made in 0..<count {
                steps.decodeEach(&cursor)
                if let fault = cursor.fault { return (made, fault) }
                if let error = cursor.rowError {
                    errors.add(error, row: rows)
                    cursor.rowError = nil
                }
                rows += 1
                position = cursor.position
            }
            return (count, nil)
        }
    }

    mutating func batch(_ rows: Int, first: Int64) -> DecodedBatch {
        let read = wanted.map { $0.take() }
        var columns: [Column] = []
        for (field, source) in zip(plan.schema.fields, plan.sources) {
            switch source {
            case .field(let number): columns.append(AvroColumnFit.fitted(read[number], to: field.type, name: field.name, errors: &errors))
            case .missing: columns.append(.nulls(field.type, count: rows))
            }
        }
        // Records count from 1, as lines do.
        let origin = Origin(.file(path: plan.path), .dense(first: first + 1, count: rows))
        let batch = Batch(plan.schema, columns, rowCount: rows, origin: origin)
        let (kept, rejects) = batch.separating(errors)
        return DecodedBatch(kept, rejects: rejects)
    }
}
