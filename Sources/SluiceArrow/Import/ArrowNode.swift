import CArrow
import SluiceCore

/// A field as another program describes it, checked: its format, the fields below, and the type that its column gets here.
struct ArrowNode {
    let name: String
    let isNullable: Bool
    let format: ArrowFormat
    let children: [ArrowNode]
    /// Of the values, where the field is encoded; `format` is that of the codes then. At most one.
    let dictionary: [ArrowNode]
    let type: DataType

    /// - Parameter isEntries: it is the struct inside a map, whose members may have any names.
    /// - Throws: `typeError` for a type that no column here can hold, named with the field; `invalidArgument` for a broken structure,
    ///   `limitExceeded` for one that is too deep or too wide.
    init(_ schema: UnsafePointer<ArrowSchema>, path: String = "", depth: Int = 0, isEntries: Bool = false) throws(SluiceError) {
        let schema = schema.pointee
        name = try Self.text(schema.name, limit: ArrowLimits.nameBytes, path) ?? ""
        let path = path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
        guard schema.release != nil else { throw Self.broken(path, "the schema has been released") }
        guard depth < ArrowLimits.depth else { throw Self.exceeded(path, "types are nested deeper than \(ArrowLimits.depth)") }
        guard let text = try Self.text(schema.format, limit: ArrowLimits.formatBytes, path) else {
            throw Self.broken(path, "the format is missing")
        }
        guard let format = ArrowFormat(text) else { throw Self.unfit(path, text) }
        guard schema.n_children >= 0 else { throw Self.broken(path, "the number of children is \(schema.n_children)") }
        guard schema.n_children <= ArrowLimits.children else {
            throw Self.exceeded(path, "\(schema.n_children) children are more than \(ArrowLimits.children)")
        }
        var children: [ArrowNode] = []
        for index in 0..<Int(schema.n_children) {
            guard let child = schema.children?[index] else { throw Self.broken(path, "child \(index) is missing") }
            children.append(try ArrowNode(child, path: path, depth: depth + 1, isEntries: format == .map))
        }
        dictionary = try Self.dictionary(schema.dictionary, path, depth)
        isNullable = schema.flags & Int64(ARROW_FLAG_NULLABLE) != 0
        self.format = format
        self.children = children
        if let values = dictionary.first {
            switch format {
            case .signed, .unsigned: type = values.type
            default: throw Self.broken(path, "codes of a dictionary are integers, not \"\(text)\"")
            }
        } else {
            type = isEntries ? .structure(children.map(\.field)) : try Self.type(format, children, text, path)
        }
    }

    private static func dictionary(_ schema: UnsafePointer<ArrowSchema>?, _ path: String, _ depth: Int) throws(SluiceError) -> [ArrowNode] {
        guard let schema else { return [] }
        return [try ArrowNode(schema, path: path, depth: depth + 1)]
    }

    // MARK: Types

    private static func type(_ format: ArrowFormat, _ children: [ArrowNode], _ text: String, _ path: String) throws(SluiceError) -> DataType
    {
        switch format {
        case .list, .fixedList, .map: try require(children, 1, path)
        case .union(let codes, _): try require(children, codes.count, path)
        case .structure: break
        default: try require(children, 0, path)
        }
        switch format {
        case .null: return .null
        case .boolean: return .boolean
        case .signed(let bytes): return bytes == 1 ? .int8 : bytes == 2 ? .int16 : bytes == 4 ? .int32 : .int64
        case .unsigned(let bytes):
            return bytes == 1 ? .int16 : bytes == 2 ? .int32 : bytes == 4 ? .int64 : .decimal(precision: 20, scale: 0)
        case .half, .float: return .float32
        case .double: return .float64
        case .decimal(let precision, let scale, _):
            guard (1...DataType.maximumDecimalPrecision).contains(precision), (0...precision).contains(scale) else {
                throw unfit(path, text)
            }
            return .decimal(precision: precision, scale: scale)
        case .bytes(let isText, _), .byteViews(let isText): return isText ? .string : .binary
        case .fixedBinary: return .binary
        case .dateDays, .dateMillis: return .date
        case .timestamp(_, let zone): return .timestamp(zoned: !zone.isEmpty)
        case .list, .fixedList: return .list(children[0].type)
        case .structure: return .structure(try fields(children, path))
        case .map:
            guard children[0].format == .structure, children[0].dictionary.isEmpty, children[0].children.count == 2 else {
                throw broken(path, "the child of a map is a struct of a key and a value")
            }
            return .map(key: children[0].children[0].type, value: children[0].children[1].type)
        case .union: return try choice(children.map(\.type).filter { $0 != .null }, text, path)
        }
    }

    private static func fields(_ children: [ArrowNode], _ path: String) throws(SluiceError) -> [Field] {
        var names: Set<String> = []
        for child in children where !names.insert(child.name).inserted {
            throw SluiceError(.duplicateColumn, "\(shown(path)) has two members \"\(child.name)\"", remedy: "rename one of them")
        }
        return children.map(\.field)
    }

    /// A union whose alternatives are but one type is a column of that type.
    private static func choice(_ types: [DataType], _ text: String, _ path: String) throws(SluiceError) -> DataType {
        if types.count == 1 { return types[0] }
        guard (2...DataType.maximumAlternatives).contains(types.count), Set(types).count == types.count, !types.contains(where: \.isChoice)
        else {
            throw SluiceError(
                .typeError, "\(shown(path)) is a union whose alternatives are not different plain types (\"\(text)\")",
                remedy: "let the other program cast the column first")
        }
        return .choice(types)
    }

    var field: Field { Field(name, type, isNullable: isNullable) }

    // MARK: Errors

    private static func require(_ children: [ArrowNode], _ count: Int, _ path: String) throws(SluiceError) {
        guard children.count == count else { throw broken(path, "there are \(children.count) children where \(count) belong") }
    }

    private static func text(_ pointer: UnsafePointer<CChar>?, limit: Int, _ path: String) throws(SluiceError) -> String? {
        guard let pointer else { return nil }
        var bytes: [UInt8] = []
        while pointer[bytes.count] != 0 {
            guard bytes.count < limit else { throw exceeded(path, "a text of the schema is longer than \(limit) bytes") }
            bytes.append(UInt8(bitPattern: pointer[bytes.count]))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw broken(path, "a text of the schema is not UTF-8") }
        return text
    }

    private static func unfit(_ path: String, _ format: String) -> SluiceError {
        SluiceError(
            .typeError, "\(shown(path)) has the Arrow format \(format.quotedForMessage), which no column here can hold",
            remedy: "let the other program cast the column first")
    }

    private static func exceeded(_ path: String, _ why: String) -> SluiceError { SluiceError(.limitExceeded, "\(shown(path)): \(why)") }

    static func broken(_ path: String, _ why: String) -> SluiceError {
        SluiceError(.invalidArgument, "\(shown(path)) breaks a rule of the Arrow C data interface: \(why)")
    }

    static func shown(_ path: String) -> String { path.isEmpty ? "the imported column" : "imported column \"\(path)\"" }
}
