import SluiceCore

extension JSONFormat {
    package func observe(_ framed: FramedRecords, layout: FileLayout, sample: inout ShapeSample) {
        framed.records.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<framed.count {
                let record = UnsafeBufferPointer(rebasing: bytes[framed.records.range(row)])
                var reader = JSONReader(record)
                guard TextCheck.fault(in: record) == nil,
                    case .structure(let members)? = try? reader.shape(depth: 0, keepsTexts: sample.keepsTexts)
                else { continue }
                for member in members.list { sample.observe(member.name, member.shape, keepsKinds: true) }
            }
        }
    }
}

extension JSONReader {
    /// The shape of the value at the position. Strings are dates or timestamps only in ISO 8601; numbers that no type holds are text, which
    /// keeps them exact.
    fileprivate mutating func shape(depth: Int, keepsTexts: Bool) throws(JSONFault) -> Shape {
        let token = try token()
        let text = UnsafeBufferPointer(rebasing: bytes[token.range])
        switch token.kind {
        case .null: return .unknown
        case .yes, .no: return .boolean
        case .integer: return Shape(integer: text)
        case .number: return TextRules().float(text) == nil ? .text : .float
        case .escapedString: return .text
        case .string where keepsTexts: return .text
        case .string: return TimeText.date(text) != nil ? .date : Shape.timestamp(text, TextRules()) ?? .text
        case .array:
            var element = Shape.unknown
            try elements(depth) { reader throws(JSONFault) in
                element.merge(try reader.shape(depth: depth + 1, keepsTexts: keepsTexts), keepsKinds: true)
            }
            return .list(element)
        case .object:
            var found = Shape.Members()
            try members(depth) { reader, key throws(JSONFault) in
                let name = try reader.withText(key) { String(decoding: $0, as: UTF8.self) }
                let shape = try reader.shape(depth: depth + 1, keepsTexts: keepsTexts)
                // Of two members with one name the last one counts.
                found.add(name, shape) { $0 = shape }
            }
            return .structure(found)
        }
    }
}

extension Shape {
    /// The shape of a whole number.
    fileprivate init(integer text: UnsafeBufferPointer<UInt8>) {
        if let value = NumberText.integer(text) {
            self = value.magnitude <= 1 << 53 ? .integer : .largeInteger
        } else {
            self = NumberText.decimal(text, precision: DataType.maximumDecimalPrecision, scale: 0) == nil ? .text : .hugeInteger
        }
    }
}
