import SluiceCore

/// Evidence of JSON records: every member to any depth, each value of the kind that it says itself.
struct JSONEvidenceReader: EvidenceReader {
    private let format: JSONFormat
    private let layout: FileLayout
    private let path: String
    private var classifier = ValueClassifier(TextRules())

    init(_ format: JSONFormat, _ layout: FileLayout, path: String) {
        self.format = format
        self.layout = layout
        self.path = path
    }

    mutating func take(_ block: any RecordBlock, into evidence: inout TableEvidence) {
        let framed = block.framed
        var bad: [Int] = []
        framed.records.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<framed.count {
                let record = UnsafeBufferPointer(rebasing: bytes[framed.records.range(row)])
                if Self.isObject(record) {
                    take(record, framed.lines[row], into: &evidence)
                } else {
                    bad.append(row)
                }
            }
        }
        evidence.rows += Int64(framed.count - bad.count)
        evidence.take(framed.rejects)
        for row in bad { evidence.take(fault(framed.slice(row..<(row + 1)))) }
    }

    /// Whether a record is text and one object as the grammar has it.
    private static func isObject(_ record: UnsafeBufferPointer<UInt8>) -> Bool {
        guard TextCheck.fault(in: record) == nil else { return false }
        var reader = JSONReader(record)
        do throws(JSONFault) {
            guard try reader.peek() == UInt8(ascii: "{") else { return false }
            try reader.skipValue(depth: 0)
            try reader.expectEnd()
            return true
        } catch {
            return false
        }
    }

    /// What a decoder has against a record.
    private func fault(_ framed: FramedRecords) -> [Reject] {
        let schema = Schema(unchecked: [Field("?", .string)])
        guard let rejects = try? format.decoder(layout, schema: schema, missing: .null).decode(framed).rejects, !rejects.isEmpty else {
            return [Reject(RowError(.malformedRecord, "the record is no object"), at: framed.origin.location(0), raw: [])]
        }
        return rejects
    }

    private mutating func take(_ record: UnsafeBufferPointer<UInt8>, _ line: Int64, into evidence: inout TableEvidence) {
        var reader = JSONReader(record)
        // The grammar was checked, so that no fault is left but half of a surrogate pair, whose member is passed over.
        do throws(JSONFault) {
            _ = try reader.peek()
            var expected = 0
            try reader.members(0) { reader, key throws(JSONFault) in
                let place = try Self.place(of: key, &reader, &expected, &evidence)
                guard let place else { return try reader.skipValue(depth: 1) }
                var fault: JSONFault?
                evidence.update(place) { column in
                    do throws(JSONFault) {
                        try column.take(&reader, &classifier, depth: 1, path, line)
                    } catch { fault = error }
                }
                if let fault { throw fault }
            }
        } catch {
            evidence.take([Reject(error.rowError(in: record), at: .file(path: path, line: Int(line)), raw: Array(record))])
        }
    }

    /// The place of a column; mostly the one behind the last.
    private static func place(
        of key: JSONReader.Token, _ reader: inout JSONReader, _ expected: inout Int, _ evidence: inout TableEvidence
    ) throws(JSONFault) -> Int? {
        let (next, columns) = (expected, evidence.columns.count)
        let isExpected = try reader.withText(key) { text in
            next < columns && evidence.columns[next].name.utf8.elementsEqual(text)
        }
        if isExpected {
            expected += 1
            return next
        }
        let name = try reader.withText(key) { String(decoding: $0, as: UTF8.self) }
        let place = evidence.place(of: name)
        if let place { expected = place + 1 }
        return place
    }
}

extension ColumnEvidence {
    /// Takes in the value at the reader's position.
    mutating func take(
        _ reader: inout JSONReader, _ classifier: inout ValueClassifier, depth: Int, _ path: String, _ line: Int64
    ) throws(JSONFault) {
        let token = try reader.token()
        let text = UnsafeBufferPointer(rebasing: reader.bytes[token.range])
        switch token.kind {
        case .null: nulls += 1
        case .yes, .no: take(text, .boolean, &classifier, path, line)
        case .integer: take(text, classifier.jsonNumber(text, isInteger: true), &classifier, path, line)
        case .number: take(text, classifier.jsonNumber(text, isInteger: false), &classifier, path, line)
        case .string: take(text, classifier.jsonText(text), &classifier, path, line)
        case .escapedString: try reader.withText(token) { take($0, .text, &classifier, path, line) }
        case .array: try takeElements(&reader, &classifier, depth, path, line)
        case .object: try takeMembers(&reader, &classifier, depth, path, line)
        }
    }

    private mutating func note(_ kind: ValueKind, _ shown: String, _ path: String, _ line: Int64) {
        if counts[kind.index] == 0 { firsts[kind.index] = ValuePlace(path: path, line: line, value: shown) }
        counts[kind.index] += 1
    }

    private mutating func takeElements(
        _ reader: inout JSONReader, _ classifier: inout ValueClassifier, _ depth: Int, _ path: String, _ line: Int64
    ) throws(JSONFault) {
        note(.list, "[…]", path, line)
        var element = elements.popLast() ?? ColumnEvidence("element", hashes: EvidenceLimits.distinctHashesOfMany)
        defer { elements.append(element) }
        try reader.elements(depth) { reader throws(JSONFault) in
            try element.take(&reader, &classifier, depth: depth + 1, path, line)
        }
    }

    private mutating func takeMembers(
        _ reader: inout JSONReader, _ classifier: inout ValueClassifier, _ depth: Int, _ path: String, _ line: Int64
    ) throws(JSONFault) {
        note(.structure, "{…}", path, line)
        var members = members
        self.members = []
        defer { self.members = members }
        var expected = 0
        try reader.members(depth) { reader, key throws(JSONFault) in
            let next = expected
            let isExpected = try reader.withText(key) { next < members.count && members[next].name.utf8.elementsEqual($0) }
            var place = next
            if !isExpected {
                let name = try reader.withText(key) { String(decoding: $0, as: UTF8.self) }
                place = members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) } ?? members.count
                if place == members.count {
                    guard members.count < FormatLimits.inferredColumns else { return try reader.skipValue(depth: depth + 1) }
                    members.append(ColumnEvidence(name, hashes: EvidenceLimits.distinctHashesOfMany))
                }
            }
            expected = place + 1
            try members[place].take(&reader, &classifier, depth: depth + 1, path, line)
        }
    }
}
