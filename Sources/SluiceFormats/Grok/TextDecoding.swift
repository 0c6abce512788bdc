import SluiceCore

/// Decodes some thousand records: first the places of what is captured of each, then each column in one loop.
struct TextDecoding {
    private let decoder: TextDecoder
    private let records: RawRecords
    private let origin: Origin
    private let bytes: UnsafeBufferPointer<UInt8>

    /// Records that match, as their numbers, and the places of their columns' texts: a run of rows for each column.
    private struct Places {
        var rows: [Int32] = []
        var spans: [TextColumn.Span]
        let capacity: Int

        init(columns: Int, capacity: Int) {
            self.capacity = capacity
            rows.reserveCapacity(capacity)
            spans = [TextColumn.Span](repeating: TextColumn.null, count: columns * capacity)
        }
    }

    init(_ decoder: TextDecoder, _ records: RawRecords, _ origin: Origin, _ bytes: UnsafeBufferPointer<UInt8>) {
        self.decoder = decoder
        self.records = records
        self.origin = origin
        self.bytes = bytes
    }

    /// - Parameter condition: rows that it does not keep are left out.
    func decode(condition: (any RowCondition)?) -> DecodedBatch {
        var faults = RecordFaults()
        let places = find(&faults)
        let fields = decoder.schema.fields
        var columns = [Column?](repeating: nil, count: fields.count)
        var rows = places.rows
        var selected: [Int32]?
        var skipped = 0
        if let condition {
            let judged = condition.columns.compactMap { decoder.schema.index(of: $0) }
            for index in judged { columns[index] = column(index, places, selected: nil, &faults) }
            let schema = Schema(unchecked: judged.map { fields[$0] })
            var kept = condition.kept(of: Batch(schema, judged.compactMap { columns[$0] }, rowCount: rows.count))
            if kept.setCount < rows.count {
                // A row that cannot be judged is not left out: it will be rejected.
                if !faults.isEmpty { for (place, row) in rows.enumerated() where faults.contains(Int(row)) { kept[place] = true } }
                let positions = kept.setPositions
                skipped = rows.count - positions.count
                for index in judged { columns[index] = columns[index]?.gather(positions) }
                rows = positions.map { rows[Int($0)] }
                selected = positions
            }
        }
        for index in columns.indices where columns[index] == nil { columns[index] = column(index, places, selected: selected, &faults) }
        return finish(columns.compactMap { $0 }, rows, skipped, faults)
    }

    private func finish(_ columns: [Column], _ rows: [Int32], _ skipped: Int, _ faults: RecordFaults) -> DecodedBatch {
        let isWhole = rows.count == records.count
        var batch = Batch(decoder.schema, columns, rowCount: rows.count)
        batch.origin = isWhole ? origin : origin.gather(rows)
        guard !faults.isEmpty else { return DecodedBatch(batch, rejects: [], skippedRows: skipped) }
        let kept = rows.indices.filter { !faults.contains(Int(rows[$0])) }
        if kept.count < rows.count { batch = batch.gather(kept.map { Int32($0) }) }
        return DecodedBatch(batch, rejects: faults.rejects(records, origin, endsAtCarriageReturn: false), skippedRows: skipped)
    }

    // MARK: Places

    /// Without the carriage return of a line's end.
    @inline(__always)
    private func text(_ row: Int) -> UnsafeBufferPointer<UInt8> {
        let range = records.range(row)
        let end = range.count > 0 && bytes[range.upperBound - 1] == UInt8(ascii: "\r") ? range.upperBound - 1 : range.upperBound
        return UnsafeBufferPointer(rebasing: bytes[range.lowerBound..<end])
    }

    private func find(_ faults: inout RecordFaults) -> Places {
        let span = records.span
        let isPlain = records.count == 0 || TextCheck.isPlainASCII(UnsafeBufferPointer(rebasing: bytes[span]))
        var places = Places(columns: decoder.schema.count, capacity: records.count)
        guard let program = decoder.program else {
            for row in 0..<records.count {
                let text = text(row)
                if !isPlain, let fault = TextCheck.fault(in: text) {
                    faults.add(.notText(fault, encoding: decoder.encoding), row: row, offset: fault.offset)
                    continue
                }
                for column in decoder.isCaptured.indices where decoder.isCaptured[column] {
                    places.spans[column * places.capacity + places.rows.count] = TextColumn.span(Int(records.starts[row]), text.count)
                }
                places.rows.append(Int32(row))
            }
            return places
        }
        decoder.matchers.with({ GrokMatcher(program) }) { matcher in
            for row in 0..<records.count {
                let text = text(row)
                if !isPlain, let fault = TextCheck.fault(in: text) {
                    faults.add(.notText(fault, encoding: decoder.encoding), row: row, offset: fault.offset)
                } else if let part = matcher.match(text) {
                    take(program.parts[part].groups, matcher.slots, text, Int(records.starts[row]), &places)
                    places.rows.append(Int32(row))
                } else {
                    faults.add(unmatched(text, matcher), row: row, offset: max(0, matcher.reached))
                }
            }
        }
        return places
    }

    @inline(__always)
    private func take(
        _ groups: [[Int]], _ slots: [Int], _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ places: inout Places
    ) {
        let row = places.rows.count
        for column in groups.indices {
            for group in groups[column] {
                let (from, to) = (slots[2 * group], slots[2 * group + 1])
                guard from >= 0 else { continue }
                if !isNull(text, from, to) { places.spans[column * places.capacity + row] = TextColumn.span(start + from, to - from) }
                break
            }
        }
    }

    @inline(__always)
    private func isNull(_ text: UnsafeBufferPointer<UInt8>, _ from: Int, _ to: Int) -> Bool {
        for null in decoder.nullTexts where null.count == to - from {
            if null.elementsEqual(text[from..<to]) { return true }
        }
        return false
    }

    private func unmatched(_ text: UnsafeBufferPointer<UInt8>, _ matcher: GrokMatcher) -> RowError {
        let patterns = decoder.patterns
        let wanted = patterns.count == 1 ? "the pattern \(patterns[0].quotedForMessage)" : "any of the \(patterns.count) patterns"
        guard matcher.reached > 0 else { return RowError(.malformedRecord, "the record does not match \(wanted)") }
        let which = patterns.count == 1 ? "it" : patterns[matcher.reachedPart].quotedForMessage
        if matcher.reached >= text.count {
            return RowError(.malformedRecord, "the record does not match \(wanted); \(which) fits up to the record's end and expects more")
        }
        let rest = text[matcher.reached...].prefix(GrokLimits.shownBytes)
        return RowError(
            .malformedRecord,
            "the record does not match \(wanted); \(which) fits up to byte \(matcher.reached), before "
                + String(decoding: rest, as: UTF8.self).quotedForMessage)
    }

    // MARK: Columns

    private func column(_ index: Int, _ places: Places, selected: [Int32]?, _ faults: inout RecordFaults) -> Column {
        let field = decoder.schema.fields[index]
        let count = selected?.count ?? places.rows.count
        guard decoder.isCaptured[index] else { return .nulls(field.type, count: count) }
        var failures: [Int] = []
        let column = places.spans.withUnsafeBufferPointer { all in
            let own = UnsafeBufferPointer(rebasing: all[(index * places.capacity)..<(index * places.capacity + places.rows.count)])
            guard let selected else { return typed(own, index, field.type, &failures) }
            return selected.map { own[Int($0)] }.withUnsafeBufferPointer { typed($0, index, field.type, &failures) }
        }
        for failure in failures {
            let place = selected.map { Int($0[failure]) } ?? failure
            let row = Int(places.rows[place])
            let span = places.spans[index * places.capacity + place]
            let start = Int(span &>> 32)
            let text = UnsafeBufferPointer(rebasing: bytes[start..<(start + Int(span & 0xFFFF_FFFF))])
            faults.add(
                .doesNotFit(text, field.type.description, column: field.name, hint: hint(text, field.type)), row: row,
                offset: start - Int(records.starts[row]))
        }
        return column
    }

    private func typed(_ spans: UnsafeBufferPointer<TextColumn.Span>, _ index: Int, _ type: DataType, _ failures: inout [Int]) -> Column {
        let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        let texts = TextColumn(spans: spans, raw: bytes, arena: empty, rules: decoder.rules)
        guard case .timestamp(let zoned) = type, let time = decoder.times[index] else { return texts.column(type, failures: &failures) }
        return texts.timestamps(time, zoned: zoned, &failures)
    }

    /// A usual cause of a text that does not fit.
    private func hint(_ text: UnsafeBufferPointer<UInt8>, _ type: DataType) -> String? {
        if text.isEmpty { return "set null_texts to [\"\", \"-\"] if an empty text means that there is none" }
        if type.isNumeric, TextRules.isCode(text) { return "its leading zeros would be lost; make the column a string" }
        if type == .timestamp(zoned: false) { return "a text with a zone is a timestamptz; other spellings need timestamp_pattern" }
        return nil
    }
}

extension TextColumn {
    /// Points in time as one of the library's patterns writes them.
    func timestamps(_ time: GrokTime, zoned: Bool, _ failures: inout [Int]) -> Column {
        var validity = ValidityBuilder(count: spans.count)
        var failed: [Int] = []
        let values = [Int64](unsafeUninitializedCapacity: spans.count) { target, count in
            for row in spans.indices {
                let span = spans[row]
                let micros = span == Self.null ? nil : time.micros(text(span), zoned: zoned)
                target.initializeElement(at: row, to: micros ?? 0)
                guard micros == nil else { continue }
                validity.setNull(row)
                if span != Self.null { failed.append(row) }
            }
            count = spans.count
        }
        failures += failed
        return Column(.timestamp(zoned: zoned), .int64(values), validity: validity.bitmap)
    }
}
