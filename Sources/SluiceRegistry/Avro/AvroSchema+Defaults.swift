import SluiceCore

extension AvroSchema {
    /// Defaults must be values of their fields (specification, "Complex Types", table of defaults).
    func checkDefaults() throws(SluiceError) {
        for name in named.keys.sorted() {
            guard let declaration = named[name], case .record(let fields) = declaration.kind else { continue }
            for field in fields {
                guard let value = field.defaultValue, let why = mismatch(of: value, field.type, depth: 0) else { continue }
                throw Self.invalid(
                    FieldPath(text: name).member(field.name),
                    "the default \(value.json.quotedForMessage) is not of type \(field.type.text(in: self)): \(why)",
                    "write a default of the field's type; for a union, one of the first type")
            }
        }
    }

    /// Why a default is not of a type; nil where it is.
    private func mismatch(of value: Value, _ node: AvroNode, depth: Int) -> String? {
        guard depth < RegistryLimits.depth else { return "it is nested too deep" }
        switch node {
        case .primitive(let primitive, _): return Self.fits(value, primitive) ? nil : "\(primitive.rawValue) is expected"
        case .array(let item):
            guard case .list(let values) = value else { return "a list is expected" }
            return values.lazy.compactMap { mismatch(of: $0, item, depth: depth + 1) }.first
        case .map(let inner):
            guard case .structure(let members) = value else { return "an object is expected" }
            return members.lazy.compactMap { mismatch(of: $0.value, inner, depth: depth + 1) }.first
        case .union(let branches):
            return branches.contains { mismatch(of: value, $0, depth: depth + 1) == nil } ? nil : "no type of the union has it"
        case .named(let name):
            guard let declaration = named[name] else { return "the type is unknown" }
            return mismatch(of: value, declaration, depth: depth)
        }
    }

    private func mismatch(of value: Value, _ declaration: AvroDeclaration, depth: Int) -> String? {
        switch declaration.kind {
        case .enumeration(let symbols, _):
            guard case .string(let symbol) = value, symbols.contains(symbol) else { return "a symbol is expected" }
            return nil
        case .fixed(let size, _):
            guard let bytes = Self.bytes(value), bytes.count == size else { return "a text of \(size) bytes is expected" }
            return nil
        case .record(let fields):
            guard case .structure = value else { return "an object is expected" }
            for field in fields {
                guard let given = value.member(field.name) ?? field.defaultValue else { return "field \(field.name) is missing" }
                if let why = mismatch(of: given, field.type, depth: depth + 1) { return "field \(field.name): \(why)" }
            }
            return nil
        }
    }

    private static func fits(_ value: Value, _ primitive: AvroPrimitive) -> Bool {
        switch (primitive, value) {
        case (.null, .null), (.boolean, .boolean), (.string, .string): true
        case (.int, .integer(let number)): Int32(exactly: number) != nil
        case (.long, .integer), (.float, .integer), (.float, .float), (.double, .integer), (.double, .float): true
        // Java writes these, because JSON has no such numbers.
        case (.float, .string(let text)), (.double, .string(let text)): ["NaN", "Infinity", "-Infinity"].contains(text)
        case (.bytes, _): bytes(value) != nil
        default: false
        }
    }

    /// Bytes as the JSON encoding has them: a text whose characters are below 256.
    static func bytes(_ value: Value) -> [UInt8]? {
        switch value {
        case .binary(let bytes): return bytes
        case .string(let text):
            var bytes: [UInt8] = []
            for scalar in text.unicodeScalars {
                guard let byte = UInt8(exactly: scalar.value) else { return nil }
                bytes.append(byte)
            }
            return bytes
        default: return nil
        }
    }
}
