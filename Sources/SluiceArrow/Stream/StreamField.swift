import CArrow
import SluiceCore

/// A field of a stream's schema as the C data interface spells it.
struct StreamField {
    var name: String
    var isNullable: Bool
    var format: String
    var children: [StreamField]

    /// All columns of a stream as one struct.
    init(columns: [StreamField]) {
        (name, isNullable, format, children) = ("", false, "+s", columns)
    }

    /// - Parameters:
    ///   - table: A `Field` of the format's Schema.fbs.
    ///   - count: Of the fields of the stream so far, however deep; tables of a message may be several fields at once.
    /// - Throws: `typeError` for a type without a counterpart, `invalidArgument` for a broken message, `limitExceeded`.
    init(_ table: FlatTable, depth: Int = 0, count: inout Int) throws(SluiceError) {
        count += 1
        guard count <= ArrowLimits.children else {
            throw SluiceError(.limitExceeded, "an Arrow stream has more than \(ArrowLimits.children) columns and parts of columns")
        }
        guard depth < ArrowLimits.depth else {
            throw SluiceError(.limitExceeded, "types of an Arrow stream are nested deeper than \(ArrowLimits.depth)")
        }
        name = try table.text(0) ?? ""
        isNullable = try table.number(1, or: UInt8(0)) != 0
        guard try !table.has(4) else {
            throw Self.unfit(name, "is encoded by a dictionary")
        }
        guard let type = try table.table(3) else { throw FlatTable.broken }
        format = try Self.format(try table.number(2, or: UInt8(0)), type, name)
        children = []
        for child in try table.tables(5) { children.append(try StreamField(child, depth: depth + 1, count: &count)) }
    }

    private static func unfit(_ name: String, _ why: String) -> SluiceError {
        SluiceError(
            .typeError, "column \(name.quotedForMessage) of an Arrow stream \(why), which is not read from streams",
            remedy: "let the program cast it first")
    }

    private static func format(_ kind: UInt8, _ type: FlatTable, _ name: String) throws(SluiceError) -> String {
        switch kind {
        case 1: return "n"
        case 2:
            let isSigned = try type.number(1, or: UInt8(0)) != 0
            switch try type.number(0, or: Int32(0)) {
            case 8: return isSigned ? "c" : "C"
            case 16: return isSigned ? "s" : "S"
            case 32: return isSigned ? "i" : "I"
            case 64: return isSigned ? "l" : "L"
            default: throw FlatTable.broken
            }
        case 3:
            let precision = Int(try type.number(0, or: Int16(0)))
            guard (0...2).contains(precision) else { throw FlatTable.broken }
            return ["e", "f", "g"][precision]
        case 4: return "z"
        case 5: return "u"
        case 6: return "b"
        case 7:
            let parts = [try type.number(0, or: Int32(0)), try type.number(1, or: Int32(0)), try type.number(2, or: Int32(128))]
            return "d:" + parts.map(String.init).joined(separator: ",")
        case 8: return try type.number(0, or: Int16(1)) == 0 ? "tdD" : "tdm"
        case 10:
            let unit = Int(try type.number(0, or: Int16(0)))
            guard (0...3).contains(unit) else { throw FlatTable.broken }
            return "ts" + ["s", "m", "u", "n"][unit] + ":" + (try type.text(1) ?? "")
        case 12: return "+l"
        case 13: return "+s"
        case 14:
            let isDense = try type.number(0, or: Int16(0)) == 1
            return (isDense ? "+ud:" : "+us:") + (try type.numbers(1)).map(String.init).joined(separator: ",")
        case 15: return "w:\(try type.number(0, or: Int32(0)))"
        case 16: return "+w:\(try type.number(0, or: Int32(0)))"
        case 17: return "+m"
        case 19: return "Z"
        case 20: return "U"
        case 21: return "+L"
        default: throw unfit(name, "has the type number \(kind)")
        }
    }

    /// The field checked, with the type that its column gets here.
    func node() throws(SluiceError) -> ArrowNode {
        let memory = SchemaMemory()
        return try withExtendedLifetime(memory) { () throws(SluiceError) in try ArrowNode(memory.schema(self)) }
    }
}

/// Structures of the C data interface that say what a field is.
private final class SchemaMemory {
    private var schemas: [UnsafeMutablePointer<ArrowSchema>] = []
    private var lists: [UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>] = []
    private var texts: [UnsafeMutablePointer<CChar>] = []

    func schema(_ field: StreamField) -> UnsafeMutablePointer<ArrowSchema> {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<ArrowSchema>?>.allocate(capacity: max(1, field.children.count))
        for (index, child) in field.children.enumerated() { (list + index).initialize(to: schema(child)) }
        lists.append(list)
        let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
        schema.initialize(
            to: ArrowSchema(
                format: text(field.format), name: text(field.name), metadata: nil,
                flags: field.isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: Int64(field.children.count), children: list,
                dictionary: nil, release: { _ in }, private_data: nil))
        schemas.append(schema)
        return schema
    }

    private func text(_ string: String) -> UnsafePointer<CChar> {
        let bytes = Array(string.utf8CString)
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        texts.append(copy)
        return UnsafePointer(copy)
    }

    deinit {
        for schema in schemas { schema.deallocate() }
        for list in lists { list.deallocate() }
        for text in texts { text.deallocate() }
    }
}
