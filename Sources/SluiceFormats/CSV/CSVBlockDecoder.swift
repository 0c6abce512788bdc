import CTextScan
import SluiceCore

/// Takes a block apart: the places of all separators in one search, then each wanted column in one loop.
///
/// It only judges what is plain. Records that have another number of fields or a value that does not fit go to the careful decoder, which
/// finds the words for it; and if that finds nothing wrong with them, the whole block is its.
struct CSVBlockDecoder {
    let decoder: CSVDecoder
    let block: CSVBlock
    /// The block's bytes.
    let raw: UnsafeBufferPointer<UInt8>
    /// Behind each field, relative to the block; `ends[-1]` is the place before the block.
    private let ends: UnsafeMutablePointer<UInt32>
    private let endCount: Int
    private let fieldCount: Int
    /// For each row the number of its first field; nil where row `i` begins with field `i * fieldCount`.
    var firstFields: [Int32]?
    var rowCount = 0
    /// Fields that begin records with another number of fields, and how many these have.
    var oddRecords: [(first: Int32, count: Int32)] = []
    /// Rows with a value that does not fit.
    private var badRows: Set<Int32> = []
    let spans: UnsafeMutableBufferPointer<TextColumn.Span>
    private let nullTexts: [[UInt8]]?

    /// What `body` makes of a decoder of the block; nil when the block is one for the careful decoder.
    static func with<Result>(_ decoder: CSVDecoder, _ block: CSVBlock, _ body: (inout CSVBlockDecoder) -> Result?) -> Result? {
        guard decoder.fieldCount > 0, !block.traits.contains(.nul) else { return nil }
        return block.bytes.withUnsafeBufferPointer { bytes in
            let raw = UnsafeBufferPointer(rebasing: bytes[block.range])
            if block.traits.contains(.high), TextCheck.fault(in: raw) != nil { return nil }
            let places = UnsafeMutablePointer<UInt32>.allocate(capacity: raw.count + 65)
            defer { places.deallocate() }
            places[0] = .max
            var decoding = CSVBlockDecoder(decoder, block, raw, ends: places + 1)
            defer { decoding.spans.deallocate() }
            return body(&decoding)
        }
    }

    static func decode(_ decoder: CSVDecoder, _ block: CSVBlock, _ request: ReadRequest) -> DecodedBatch? {
        with(decoder, block) { $0.decode(request) }
    }

    private init(_ decoder: CSVDecoder, _ block: CSVBlock, _ raw: UnsafeBufferPointer<UInt8>, ends: UnsafeMutablePointer<UInt32>) {
        self.decoder = decoder
        self.block = block
        self.raw = raw
        self.ends = ends
        fieldCount = decoder.fieldCount
        let quote = block.traits.contains(.quote) ? decoder.dialect.quote.map { Int32($0) } ?? -1 : -1
        endCount = sluice_csv_index(raw.baseAddress, raw.count, decoder.dialect.delimiter, quote, sluice_csv_best_level(), ends)
        spans = .allocate(capacity: block.recordEnds)
        nullTexts = decoder.dialect.nullTexts == [[]] ? nil : decoder.dialect.nullTexts
        findRows()
    }

    // MARK: Rows

    private mutating func findRows() {
        let lineFeed = UInt8(ascii: "\n")
        if endCount == block.recordEnds * fieldCount {
            var isRegular = true
            for row in 0..<block.recordEnds where raw[Int(ends[row &* fieldCount &+ fieldCount &- 1])] != lineFeed { isRegular = false }
            if isRegular {
                rowCount = block.recordEnds
                return
            }
        }
        var firsts: [Int32] = []
        firsts.reserveCapacity(block.recordEnds)
        var first = 0
        for field in 0..<endCount where raw[Int(ends[field])] == lineFeed {
            let count = field - first + 1
            if count == fieldCount {
                firsts.append(Int32(truncatingIfNeeded: first))
            } else if count > 1 || !isEmptyLine(first) {
                oddRecords.append((Int32(truncatingIfNeeded: first), Int32(truncatingIfNeeded: count)))
            }
            first = field + 1
        }
        firstFields = firsts
        rowCount = firsts.count
    }

    private func isEmptyLine(_ field: Int) -> Bool {
        let (start, end) = (start(of: field), Int(ends[field]))
        return start == end || (end == start + 1 && raw[start] == UInt8(ascii: "\r"))
    }

    @inline(__always) private func start(of field: Int) -> Int { Int(ends[field &- 1] &+ 1) }
    @inline(__always) func firstField(_ row: Int) -> Int { firstFields.map { Int($0[row]) } ?? row &* fieldCount }

    /// Where a record lies in the block's buffer, without its line end.
    private func record(_ first: Int, _ count: Int) -> Range<Int32> {
        let start = start(of: first)
        var end = Int(ends[first + count - 1])
        if end > start, raw[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let base = block.range.lowerBound
        return Int32(truncatingIfNeeded: base + start)..<Int32(truncatingIfNeeded: base + end)
    }

    // MARK: Columns

    private mutating func decode(_ request: ReadRequest) -> DecodedBatch? {
        if decoder.dialect.pads, !oddRecords.isEmpty { return nil }
        var columns = [Column?](repeating: nil, count: decoder.schema.count)
        var rows: [Int32]?
        var skipped = 0
        if let condition = request.condition {
            let wanted = condition.columns.compactMap { decoder.schema.index(of: $0) }
            for index in wanted { columns[index] = column(index, rows: nil) }
            let fields = wanted.map { decoder.schema.fields[$0] }
            let kept = condition.kept(of: Batch(Schema(unchecked: fields), wanted.compactMap { columns[$0] }, rowCount: rowCount))
            let keptCount = kept.setCount
            // A row that cannot be judged is not left out: it will be rejected.
            var selected = kept
            for row in badRows { selected[Int(row)] = true }
            if keptCount < rowCount {
                let positions = selected.setPositions
                skipped = rowCount - positions.count
                for index in wanted { columns[index] = columns[index]?.gather(positions) }
                rows = positions
            }
        }
        for index in columns.indices where columns[index] == nil { columns[index] = column(index, rows: rows) }
        return finish(columns.compactMap { $0 }, rows, skipped, request)
    }

    private mutating func column(_ index: Int, rows: [Int32]?) -> Column {
        let type = decoder.schema.fields[index].type
        let count = rows?.count ?? rowCount
        guard let field = decoder.sources[index] else { return .nulls(type, count: count) }
        var arena: [UInt8] = []
        fill(field, rows, &arena)
        var failures: [Int] = []
        let column = arena.withUnsafeBufferPointer { arena in
            TextColumn(
                spans: UnsafeBufferPointer(rebasing: spans[..<count]), raw: raw, arena: arena, rules: decoder.dialect.rules
            ).column(type, failures: &failures)
        }
        for failure in failures { badRows.insert(rows?[failure] ?? Int32(truncatingIfNeeded: failure)) }
        return column
    }

    /// Where the texts of a field are, for the rows asked for.
    func fill(_ field: Int, _ rows: [Int32]?, _ arena: inout [UInt8]) {
        let dropsReturn = field == fieldCount - 1 && block.traits.contains(.carriageReturn)
        if dropsReturn || nullTexts != nil || block.traits.contains(.quote) {
            var texts: [UInt8] = []
            forEachField(field, rows) { row, start, end in
                spans[row] = careful(start, dropsReturn && end > start && raw[end - 1] == UInt8(ascii: "\r") ? end - 1 : end, &texts)
            }
            arena = texts
        } else {
            forEachField(field, rows) { row, start, end in
                spans[row] = start == end ? TextColumn.null : TextColumn.span(start, end &- start)
            }
        }
    }

    @inline(__always)
    private func forEachField(_ field: Int, _ rows: [Int32]?, _ body: (Int, Int, Int) -> Void) {
        forEachRun(from: field, upTo: field, rows, body)
    }

    @inline(__always)
    private func forEachRecord(_ rows: [Int32]?, _ body: (Int, Int, Int) -> Void) {
        forEachRun(from: 0, upTo: fieldCount &- 1, rows, body)
    }

    /// Calls `body` with the row, and where its fields `field` to `last` begin and end.
    @inline(__always)
    private func forEachRun(from field: Int, upTo last: Int, _ rows: [Int32]?, _ body: (Int, Int, Int) -> Void) {
        let (before, behind) = (ends + (field &- 1), ends + last)
        if let rows {
            rows.withUnsafeBufferPointer { rows in
                for row in rows.indices {
                    let first = firstField(Int(rows[row]))
                    body(row, Int(before[first] &+ 1), Int(behind[first]))
                }
            }
        } else if let firstFields {
            firstFields.withUnsafeBufferPointer { firsts in
                for row in firsts.indices { body(row, Int(before[Int(firsts[row])] &+ 1), Int(behind[Int(firsts[row])])) }
            }
        } else {
            var first = 0
            for row in 0..<rowCount {
                body(row, Int(before[first] &+ 1), Int(behind[first]))
                first &+= fieldCount
            }
        }
    }

    /// A field that may be quoted, or be a text that means null.
    private func careful(_ start: Int, _ end: Int, _ arena: inout [UInt8]) -> TextColumn.Span {
        if let quote = decoder.dialect.quote, end > start, raw[start] == quote {
            let inner = start + 1..<end - 1
            if UnsafeBufferPointer(rebasing: raw[..<inner.upperBound]).first(quote, from: inner.lowerBound) == inner.upperBound {
                return TextColumn.span(inner.lowerBound, inner.count)
            }
            return unescaped(inner, quote, &arena)
        }
        guard let nullTexts else { return start == end ? TextColumn.null : TextColumn.span(start, end - start) }
        let text = raw[start..<end]
        let isNull = nullTexts.contains { $0.count == text.count && text.elementsEqual($0) }
        return isNull ? TextColumn.null : TextColumn.span(start, end - start)
    }

    /// A text in which quotes stand twice.
    private func unescaped(_ text: Range<Int>, _ quote: UInt8, _ arena: inout [UInt8]) -> TextColumn.Span {
        let start = arena.count
        let readable = UnsafeBufferPointer(rebasing: raw[..<text.upperBound])
        var position = text.lowerBound
        while position < text.upperBound {
            let next = readable.first(quote, from: position)
            let end = min(next + 1, text.upperBound)
            arena.append(contentsOf: UnsafeBufferPointer(rebasing: raw[position..<end]))
            // The second of the two is passed over.
            position = next + 2
        }
        return TextColumn.span(raw.count + start, arena.count - start)
    }

    // MARK: Result

    private func finish(_ columns: [Column], _ rows: [Int32]?, _ skipped: Int, _ request: ReadRequest) -> DecodedBatch? {
        let count = rows?.count ?? rowCount
        var batch = Batch(decoder.schema, columns, rowCount: count)
        if oddRecords.isEmpty, badRows.isEmpty {
            batch.origin = origin(rows, keepsRaw: request.keepsRaw)
            return DecodedBatch(batch, rejects: [], skippedRows: skipped)
        }
        guard let rejects = rejects() else { return nil }
        let kept = (0..<Int32(count)).filter { !badRows.contains(rows?[Int($0)] ?? $0) }
        batch.origin = origin(rows, keepsRaw: request.keepsRaw)
        return DecodedBatch(batch.gather(kept), rejects: rejects, skippedRows: skipped)
    }

    private func origin(_ rows: [Int32]?, keepsRaw: Bool) -> Origin {
        let isDense = firstFields == nil && rows == nil && block.lineFeeds == block.recordEnds
        let lines: Origin.Positions =
            isDense
            ? .dense(first: block.firstLine, count: rowCount)
            : .listed(lineNumbers((rows ?? (0..<Int32(rowCount)).map { $0 }).map { firstField(Int($0)) }))
        return Origin(.file(path: block.path), lines, raw: keepsRaw ? records(rows) : nil)
    }

    /// Where the rows asked for lie, without their line ends.
    private func records(_ rows: [Int32]?) -> RawRecords {
        let count = rows?.count ?? rowCount
        let base = Int32(truncatingIfNeeded: block.range.lowerBound)
        let dropsReturn = block.traits.contains(.carriageReturn)
        var records = RawRecords(bytes: block.bytes)
        records.starts = [Int32](unsafeUninitializedCapacity: count) { starts, startCount in
            records.ends = [Int32](unsafeUninitializedCapacity: count) { ends, endCount in
                forEachRecord(rows) { row, start, end in
                    let shorter = dropsReturn && end > start && raw[end &- 1] == UInt8(ascii: "\r")
                    starts.initializeElement(at: row, to: base &+ Int32(truncatingIfNeeded: start))
                    ends.initializeElement(at: row, to: base &+ Int32(truncatingIfNeeded: shorter ? end &- 1 : end))
                }
                endCount = count
            }
            startCount = count
        }
        return records
    }

    /// Line numbers of records, given by their first fields in ascending order.
    func lineNumbers(_ firsts: [Int]) -> [Int64] {
        if firstFields == nil, block.lineFeeds == block.recordEnds { return firsts.map { block.firstLine + Int64($0 / fieldCount) } }
        var line = block.firstLine
        var position = 0
        return firsts.map { first in
            let start = start(of: first)
            var next = raw.first(UInt8(ascii: "\n"), from: position)
            while next < start {
                line += 1
                next = raw.first(UInt8(ascii: "\n"), from: next + 1)
            }
            position = start
            return line
        }
    }

    /// What the careful decoder has against the records that are not plain; nil when it has nothing against one of them.
    func rejects() -> [Reject]? {
        let bad = badRows.map { (first: Int32(truncatingIfNeeded: firstField(Int($0))), count: Int32(truncatingIfNeeded: fieldCount)) }
        let all = (bad + oddRecords).sorted { $0.first < $1.first }
        let ranges = all.map { record(Int($0.first), Int($0.count)) }
        let records = RawRecords(bytes: block.bytes, starts: ranges.map(\.lowerBound), ends: ranges.map(\.upperBound))
        let lines = lineNumbers(all.map { Int($0.first) })
        let decoded = decoder.decode(records, origin: Origin(.file(path: block.path), .listed(lines)))
        return decoded.batch.rowCount == 0 ? decoded.rejects : nil
    }
}
