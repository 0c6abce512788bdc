import CTextScan
import SluiceCore

/// Takes a block apart: its structure in one search, the places of wanted values by walking through that, then a column at a time.
///
/// It only judges what is regular. A record with a fault, a value that does not fit, an escaped or repeated key goes to the careful reader,
/// which finds the words for it.
struct JSONBlockDecoder {
    static let structures = Pool<JSONStructure>()

    private let decoder: JSONRecordDecoder
    private let block: JSONBlock
    private let text: UnsafeBufferPointer<UInt8>
    private let structure: JSONStructure
    /// By record.
    private var faults = RecordFaults()
    private var newMembers = NewMembers()

    static func decode(_ decoder: JSONRecordDecoder, _ block: JSONBlock, _ request: ReadRequest) -> DecodedBatch {
        structures.with(JSONStructure.init) { structure in
            block.bytes.withUnsafeBufferPointer { bytes in
                let text = UnsafeBufferPointer(rebasing: bytes[block.range])
                structure.scan(text, layout: block.layout, limit: block.limit)
                var decoding = JSONBlockDecoder(decoder: decoder, block: block, text: text, structure: structure)
                return decoding.decode(request)
            }
        }
    }

    private init(decoder: JSONRecordDecoder, block: JSONBlock, text: UnsafeBufferPointer<UInt8>, structure: JSONStructure) {
        self.decoder = decoder
        self.block = block
        self.text = text
        self.structure = structure
    }

    /// Columns of some fields for some records, and which records these are.
    private struct Part {
        var columns: [Column]
        var records: [Int32]
    }

    private mutating func decode(_ request: ReadRequest) -> DecodedBatch {
        let fields = decoder.schema.fields
        let all = (0..<Int32(structure.found.records)).map { $0 }
        guard let condition = request.condition else {
            let whole = part(fields, all, watchesRecords: true)
            return finish(whole, skipped: 0, request)
        }
        let names = Set(condition.columns.map { ExactText($0) })
        let isJudged = fields.map { names.contains(ExactText($0.name)) }
        let judgedFields = fields.indices.filter { isJudged[$0] }.map { fields[$0] }
        var judged = part(judgedFields, all, watchesRecords: true)
        drop(&judged)
        let kept = condition.kept(of: Batch(Schema(unchecked: judgedFields), judged.columns, rowCount: judged.records.count))
        let skipped = judged.records.count - kept.setCount
        if skipped > 0 {
            let positions = kept.setPositions
            judged = Part(columns: judged.columns.map { $0.gather(positions) }, records: positions.map { judged.records[Int($0)] })
        }
        let restFields = fields.indices.filter { !isJudged[$0] }.map { fields[$0] }
        var rest = part(restFields, judged.records, watchesRecords: false)
        if rest.records.count < judged.records.count { judged = taken(judged, rest.records) }
        var (judgedColumns, restColumns) = (judged.columns[...], rest.columns[...])
        rest.columns = isJudged.map { $0 ? judgedColumns.removeFirst() : restColumns.removeFirst() }
        return finish(rest, skipped: skipped, request)
    }

    /// The rows of some of a part's records, both in record order.
    private func taken(_ part: Part, _ records: [Int32]) -> Part {
        var positions: [Int32] = []
        positions.reserveCapacity(records.count)
        for (row, record) in part.records.enumerated() where positions.count < records.count && records[positions.count] == record {
            positions.append(Int32(row))
        }
        return Part(columns: part.columns.map { $0.gather(positions) }, records: records)
    }

    /// Decodes some fields; records in which that fails are not in the result, or have a fault.
    ///
    /// - Parameter watchesRecords: Whether members of the records themselves that are not known are told of.
    private mutating func part(_ fields: [Field], _ records: [Int32], watchesRecords: Bool) -> Part {
        let isWatched = watchesRecords && (!fields.isEmpty || decoder.known?.isStrict == true)
        let tree = JSONTree(fields, known: decoder.known, watchesRoot: isWatched)
        var read: [Int32] = []
        read.reserveCapacity(records.count)
        if structure.found.records > 0 {
            let walker = JSONWalker(tree, text, structure)
            for index in records {
                let record = structure.records[Int(index)]
                if structure.found.is_text != 0, record.is_regular != 0 {
                    if walker.record(Int(record.first)) {
                        read.append(index)
                        continue
                    }
                    tree.settle(tree.nodes, read.count)
                    tree.dropUnknown(from: Int(record.start))
                }
                if readCarefully(Int(index), tree, rows: read.count) { read.append(index) }
            }
        }
        var failures: [Int] = []
        let columns = tree.columns(text, structure, &failures)
        for row in Set(failures) { explain(Int(read[row])) }
        if !tree.unknown.isEmpty { tell(tree) }
        return Part(columns: columns, records: read)
    }

    /// Takes down the members that are not known.
    private mutating func tell(_ tree: JSONTree) {
        let lines = lines()
        let paths = Dictionary(uniqueKeysWithValues: Set(tree.unknown.map(\.node)).map { ($0, tree.path(of: $0)) })
        var record = 0
        for unknown in tree.unknown {
            while Int(structure.records[record].end) < unknown.end { record += 1 }
            let name = String(decoding: UnsafeBufferPointer(rebasing: text[unknown.start..<unknown.end]), as: UTF8.self)
            newMembers.add((paths[unknown.node] ?? "") + name, at: .file(path: block.path, line: Int(lines[record])))
        }
    }

    private func bytes(_ record: Int) -> UnsafeBufferPointer<UInt8> {
        let found = structure.records[record]
        return UnsafeBufferPointer(rebasing: text[Int(found.start)..<Int(found.end)])
    }

    /// Reads a record byte by byte; false where it has a fault, which is noted.
    private mutating func readCarefully(_ record: Int, _ tree: JSONTree, rows: Int) -> Bool {
        if faults.contains(record) { return false }
        let bytes = bytes(record)
        if let fault = decoder.fault(in: bytes) {
            faults.add(fault.error, row: record, offset: fault.offset)
            return false
        }
        var reader = JSONReader(bytes)
        do throws(JSONFault) {
            try tree.read(&reader, offset: Int(structure.records[record].start))
        } catch {
            tree.settle(tree.nodes, rows)
            faults.add(error.rowError(in: bytes), row: record, offset: error.offset)
            return false
        }
        return true
    }

    /// Notes the fault of a record with a value that does not fit.
    private mutating func explain(_ record: Int) {
        let fault = decoder.fault(in: bytes(record))
        let unknown = RecordFaults.Entry(error: RowError(.valueDoesNotFit, "a value of the record does not fit its column"), offset: 0)
        faults.add((fault ?? unknown).error, row: record, offset: (fault ?? unknown).offset)
    }

    /// Leaves out records that have a fault.
    private func drop(_ part: inout Part) {
        guard !faults.isEmpty, part.records.contains(where: { faults.contains(Int($0)) }) else { return }
        part = taken(part, part.records.filter { !faults.contains(Int($0)) })
    }

    // MARK: The batch

    private func finish(_ part: Part, skipped: Int, _ request: ReadRequest) -> DecodedBatch {
        var part = part
        drop(&part)
        let (lines, raw) = (lines(), RawRecords(bytes: request.keepsRaw || !faults.isEmpty ? block.bytes : [], records: structure, block))
        let positions: Origin.Positions =
            if let first = part.records.first, let last = part.records.last, lines[Int(last)] - lines[Int(first)] == part.records.count - 1
            {
                .dense(first: lines[Int(first)], count: part.records.count)
            } else {
                .listed(part.records.map { lines[Int($0)] })
            }
        let origin = Origin(.file(path: block.path), positions, raw: request.keepsRaw ? raw.gather(part.records) : nil)
        let batch = Batch(decoder.schema, part.columns, rowCount: part.records.count, origin: origin)
        var rejects =
            faults.isEmpty ? [] : faults.rejects(raw, Origin(.file(path: block.path), .listed(lines)), endsAtCarriageReturn: false)
        // Several records may stand in one line.
        var rows = 0
        for (index, record) in faults.byRow.keys.sorted().enumerated() {
            while rows < part.records.count, part.records[rows] < record { rows += 1 }
            rejects[index].ordinal = Int64(rows)
        }
        var decoded = DecodedBatch(batch, rejects: rejects, skippedRows: skipped)
        decoded.newMembers = newMembers.isEmpty ? nil : newMembers
        return decoded
    }

    /// The line of each record.
    private func lines() -> [Int64] {
        var counter = JSONLineCounter(block)
        return (0..<structure.found.records).map { counter.line(structure.records[$0], in: text) }
    }
}

extension RawRecords {
    /// The records of a block.
    fileprivate init(bytes: [UInt8], records: JSONStructure, _ block: JSONBlock) {
        let count = records.found.records
        let base = block.range.lowerBound
        self.init(
            bytes: bytes, starts: (0..<count).map { Int32(truncatingIfNeeded: base + Int(records.records[$0].start)) },
            ends: (0..<count).map { Int32(truncatingIfNeeded: base + Int(records.records[$0].end)) })
    }
}
