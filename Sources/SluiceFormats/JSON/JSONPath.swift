package import SluiceCore

/// Finds the text of one value in JSON objects by the names of the members that lead to it, such as `user.id`.
///
/// Where an object has a name twice, the last one counts, as everywhere else.
package struct JSONPath: Sendable {
    /// As it was written.
    package let text: String
    private let names: [[UInt8]]

    /// Nil where one of the names is empty.
    package init?(parsing text: String) {
        self.text = text
        names = text.split(separator: ".", omittingEmptySubsequences: false).map { Array($0.utf8) }
        if names.contains(where: \.isEmpty) { return nil }
    }

    /// Appends the value's text to `target`: of a string what it reads, of a number or a truth value what is written.
    ///
    /// - Returns: What is wrong with the record, which is checked to its end, or with the value: absent, null, an object or an array. Nothing
    ///   was appended then.
    package func append(of record: UnsafeBufferPointer<UInt8>, to target: inout ByteRows) -> RowError? {
        if let fault = TextCheck.fault(in: record) { return .notText(fault, encoding: .utf8) }
        var reader = JSONReader(record)
        var found: JSONReader.Token?
        do throws(JSONFault) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw reader.fault("a record must be an object in { }") }
            try find(0, &reader, &found)
            try reader.expectEnd()
            guard let found else { return RowError(.malformedRecord, "there is no \(text.quotedForMessage)", column: text) }
            switch found.kind {
            case .null: return RowError(.malformedRecord, "\(text.quotedForMessage) is null", column: text)
            case .object, .array: return RowError(.malformedRecord, "\(text.quotedForMessage) is no text or number", column: text)
            default: break
            }
            let isText = found.kind == .string || found.kind == .escapedString
            if isText {
                try reader.withText(found) { target.append($0) }
            } else {
                target.append(UnsafeBufferPointer(rebasing: record[found.range]))
            }
            return nil
        } catch {
            return error.rowError(in: record)
        }
    }

    /// What is wrong with a JSON text, whatever it holds.
    package static func fault(in record: UnsafeBufferPointer<UInt8>) -> RowError? {
        if let fault = TextCheck.fault(in: record) { return .notText(fault, encoding: .utf8) }
        var reader = JSONReader(record)
        do throws(JSONFault) {
            try reader.skipValue(depth: 0)
            try reader.expectEnd()
            return nil
        } catch {
            return error.rowError(in: record)
        }
    }

    private func find(_ depth: Int, _ reader: inout JSONReader, _ found: inout JSONReader.Token?) throws(JSONFault) {
        try reader.members(depth) { reader, key throws(JSONFault) in
            let isNext = try reader.withText(key) { $0.elementsEqual(names[depth]) }
            guard isNext else { return try reader.skipValue(depth: depth + 1) }
            found = nil
            let isLast = depth == names.count - 1
            if !isLast, try reader.peek() == UInt8(ascii: "{") { return try find(depth + 1, &reader, &found) }
            let start = reader
            let token = try reader.token()
            switch token.kind {
            case .object, .array:
                reader = start
                try reader.skipValue(depth: depth + 1)
            default: break
            }
            if isLast { found = token }
        }
    }
}
