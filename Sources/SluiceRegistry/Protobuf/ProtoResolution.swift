import SluiceCore

/// Whether a reader's messages can take data of a writer's (protobuf.dev, "Updating A Message Type"; Confluent's rules for Protobuf).
///
/// Stricter than Confluent's where values would change in silence: an `int64` is not read as `int32`, nor `bytes` as `string`.
struct ProtoResolution {
    private let reader: ProtoSchema
    private let writer: ProtoSchema
    private var comparison: Comparison
    private var pairs: Set<[String]> = []

    static func findings(
        reader: ProtoSchema, writer: ProtoSchema, direction: CompatibilityDirection
    ) throws(SluiceError) -> [Incompatibility] {
        var resolution = ProtoResolution(reader: reader, writer: writer, comparison: Comparison(direction))
        try resolution.resolve()
        return resolution.comparison.findings
    }

    private init(reader: ProtoSchema, writer: ProtoSchema, comparison: Comparison) {
        self.reader = reader
        self.writer = writer
        self.comparison = comparison
    }

    private mutating func resolve() throws(SluiceError) {
        let known = Dictionary(reader.declared.map { (reader.localName($0), $0) }, uniquingKeysWith: { first, _ in first })
        for name in writer.declared {
            let local = writer.localName(name)
            if let match = known[local] {
                try messages(match, name, FieldPath(text: local))
            } else {
                comparison.add(
                    "message-removed", at: FieldPath(text: local), reader: nil, writer: "message \(local)",
                    why: "records of \(comparison.writer) may be this message, which \(comparison.reader) does not have",
                    allowed: "keep the message")
            }
        }
    }

    private mutating func messages(_ readName: String, _ writtenName: String, _ path: FieldPath) throws(SluiceError) {
        try comparison.step()
        guard pairs.insert([readName, writtenName]).inserted, let read = reader.messages[readName],
            let written = writer.messages[writtenName]
        else { return }
        checkReserved(read, written, path)
        for field in read.fields {
            let place = path.member(field.name)
            guard let match = written.field(field.number) else {
                if field.label == .required { requiredAdded(field, nil, place) }
                continue
            }
            if field.label == .required, match.label != .required { requiredAdded(field, match, place) }
            try fields(field, match, place)
        }
        checkOneofs(read, written, path)
    }

    private mutating func requiredAdded(_ field: ProtoField, _ match: ProtoField?, _ path: FieldPath) {
        comparison.add(
            "required-added", at: path, reader: "required", writer: match?.label.rawValue,
            why: "records of \(comparison.writer) may lack field \(field.number), and \(comparison.reader) refuses them then",
            allowed: "make the field optional")
    }

    private mutating func fields(_ read: ProtoField, _ written: ProtoField, _ path: FieldPath) throws(SluiceError) {
        if read.label != .repeated, written.label == .repeated {
            comparison.add(
                "repeated-removed", at: path, reader: "\(read.label.rawValue) \(read.type.text)", writer: "repeated \(written.type.text)",
                why: "of several values of \(comparison.writer), \(comparison.reader) keeps the last only",
                allowed: "keep the field repeated")
            return
        }
        try types(read.type, written.type, path, "field \(read.number)")
    }

    private mutating func types(_ read: ProtoType, _ written: ProtoType, _ path: FieldPath, _ what: String) throws(SluiceError) {
        switch (read, written) {
        case (.scalar(let type), .scalar(let writtenType)) where type.readable.contains(writtenType): return
        case (.scalar(.int32), .enumeration), (.scalar(.int64), .enumeration), (.enumeration, .scalar(.int32)): return
        case (.message(let name), .message(let writtenName)), (.group(let name), .group(let writtenName)):
            guard reader.localName(name) == writer.localName(writtenName) else { break }
            return try messages(name, writtenName, path)
        case (.enumeration(let name), .enumeration(let writtenName)):
            guard reader.localName(name) == writer.localName(writtenName) else { break }
            return enumerations(name, writtenName, path)
        case (.map(let key, let value), .map(let writtenKey, let writtenValue)):
            try types(.scalar(key), .scalar(writtenKey), path.member("(key)"), "the key of \(what)")
            return try types(value, writtenValue, path.values, "the value of \(what)")
        default: break
        }
        var allowed = "keep the type, or use a new number and reserve the old one"
        if case .scalar(let type) = written {
            let wider = ProtoScalar.allCases.filter { $0 != type && $0.readable.contains(type) }.map(\.rawValue)
            if !wider.isEmpty { allowed += "; \(type.rawValue) can be read as " + wider.joined(separator: ", ") }
        }
        comparison.add(
            "type-changed", at: path, reader: read.text, writer: written.text,
            why: "\(comparison.reader) would read \(what) of \(comparison.writer) as another value, or not at all", allowed: allowed)
    }

    private mutating func enumerations(_ readName: String, _ writtenName: String, _ path: FieldPath) {
        guard let read = reader.enumerations[readName], let written = writer.enumerations[writtenName] else { return }
        checkReserved(read, written, path)
        guard !read.isOpen else { return }
        let known = Set(read.values.map(\.number))
        let missing = written.values.filter { !known.contains($0.number) }
        guard !missing.isEmpty else { return }
        comparison.add(
            "enum-value-missing", at: path, reader: read.values.prefix(8).map(\.name).joined(separator: ", "),
            writer: written.values.prefix(8).map(\.name).joined(separator: ", "),
            why: "a reader of proto2 drops values that its enum does not have: \(missing.prefix(8).map(\.name).joined(separator: ", "))",
            allowed: "keep the values")
    }

    // MARK: Rules about numbers

    /// Numbers and names that the old schema reserved must not come back.
    private mutating func checkReserved(_ read: ProtoMessage, _ written: ProtoMessage, _ path: FieldPath) {
        let (old, new) = comparison.direction == .backward ? (written, read) : (read, written)
        for field in new.fields {
            let isNumber = old.reservedNumbers.contains { $0.contains(field.number) }
            guard isNumber || old.reservedNames.contains(field.name) else { continue }
            reservedUsed(
                "field \(field.name) = \(field.number)", isNumber ? "number \(field.number)" : "name \(field.name)", path.member(field.name)
            )
        }
    }

    private mutating func checkReserved(_ read: ProtoEnumeration, _ written: ProtoEnumeration, _ path: FieldPath) {
        let (old, new) = comparison.direction == .backward ? (written, read) : (read, written)
        for value in new.values {
            let isNumber = old.reservedNumbers.contains { $0.contains(value.number) }
            guard isNumber || old.reservedNames.contains(value.name) else { continue }
            reservedUsed(
                "value \(value.name) = \(value.number)", isNumber ? "number \(value.number)" : "name \(value.name)", path.member(value.name)
            )
        }
    }

    private mutating func reservedUsed(_ use: String, _ reserved: String, _ path: FieldPath) {
        let isBackward = comparison.direction == .backward
        comparison.add(
            "reserved-used", at: path, reader: isBackward ? use : "reserved \(reserved)", writer: isBackward ? "reserved \(reserved)" : use,
            why: "the old schema reserves \(reserved), as earlier records have something else there",
            allowed: "use a number and a name that were never used")
    }

    private mutating func checkOneofs(_ read: ProtoMessage, _ written: ProtoMessage, _ path: FieldPath) {
        for name in Set(read.fields.compactMap(\.oneof)).sorted() {
            let moved = read.fields.filter { $0.oneof == name }.compactMap { written.field($0.number) }
            guard moved.count > 1, Set(moved.map { $0.oneof ?? "\u{0}\($0.number)" }).count > 1 else { continue }
            comparison.add(
                "fields-moved-to-oneof", at: path.member(name), reader: "oneof \(name)", writer: moved.map(\.name).joined(separator: ", "),
                why: "records of \(comparison.writer) may have several of the fields, and \(comparison.reader) keeps the last only",
                allowed: "move one field at most into a oneof that is new")
        }
        for name in Set(written.fields.compactMap(\.oneof)).sorted() {
            let numbers = written.fields.filter { $0.oneof == name }
            let gone = numbers.filter { read.field($0.number) == nil }
            guard !gone.isEmpty, gone.count < numbers.count else { continue }
            comparison.add(
                "oneof-field-removed", at: path.member(name), reader: nil, writer: gone.map(\.name).joined(separator: ", "),
                why: "where \(comparison.writer) sets it, \(comparison.reader) finds the oneof empty",
                allowed: "keep the field in the oneof")
        }
    }
}
