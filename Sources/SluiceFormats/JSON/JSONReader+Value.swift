import SluiceCore

extension JSONReader {
    /// A whole JSON text as a value, for small documents such as headers. Integers beyond Int64 and numbers with a fraction are floats.
    static func value(_ bytes: [UInt8]) throws(JSONFault) -> Value {
        if let fault = bytes.withUnsafeBufferPointer(TextCheck.fault) {
            switch fault {
            case .invalidUTF8(let offset), .nul(let offset): throw JSONFault(offset: offset, reason: .syntax("not a text"))
            }
        }
        let result: Result<Value, JSONFault> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(JSONFault) {
                let value = try reader.value(depth: 0)
                try reader.expectEnd()
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func value(depth: Int) throws(JSONFault) -> Value {
        let token = try token()
        let text = UnsafeBufferPointer(rebasing: bytes[token.range])
        switch token.kind {
        case .null: return .null
        case .yes: return .boolean(true)
        case .no: return .boolean(false)
        case .integer: return NumberText.integer(text).map(Value.integer) ?? .float(NumberText.float(text) ?? .nan)
        case .number: return .float(NumberText.float(text) ?? .nan)
        case .string, .escapedString: return .string(try withText(token) { String(decoding: $0, as: UTF8.self) })
        case .array:
            var list: [Value] = []
            try elements(depth) { reader throws(JSONFault) in list.append(try reader.value(depth: depth + 1)) }
            return .list(list)
        case .object:
            var found: [Value.Member] = []
            var places = NamePlaces()
            try members(depth) { reader, key throws(JSONFault) in
                let name = try reader.withText(key) { String(decoding: $0, as: UTF8.self) }
                let value = try reader.value(depth: depth + 1)
                let place = places.place(of: name)
                if place < found.count { found[place].value = value } else { found.append(Value.Member(name, value)) }
            }
            return .structure(found)
        }
    }
}
