import CArrow
import SluiceCore

/// What a released `ArrowSchema` gives back.
private final class SchemaOwner {
    var texts: [UnsafeMutablePointer<CChar>] = []
    var children: UnsafeMutableBufferPointer<UnsafeMutablePointer<ArrowSchema>?>
    var dictionary: UnsafeMutablePointer<ArrowSchema>?

    init(childCount: Int) { children = .allocate(capacity: childCount) }

    func text(_ string: String) -> UnsafePointer<CChar> {
        let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: string.utf8.count + 1)
        for (index, byte) in string.utf8.enumerated() { bytes[index] = CChar(bitPattern: byte) }
        bytes[string.utf8.count] = 0
        texts.append(bytes)
        return UnsafePointer(bytes)
    }

    deinit {
        for text in texts { text.deallocate() }
        for child in children { child.map(Self.free) }
        children.deallocate()
        dictionary.map(Self.free)
    }

    /// A child may have been moved away by its reader, who then has set its `release` to null.
    private static func free(_ schema: UnsafeMutablePointer<ArrowSchema>) {
        schema.pointee.release?(schema)
        schema.deallocate()
    }
}

enum SchemaExport {
    /// Fills in a schema that its reader releases.
    ///
    /// - Parameter column: the field's column, whose texts may be dictionaries; nil: no dictionaries.
    static func fill(_ target: UnsafeMutablePointer<ArrowSchema>, _ field: Field, _ column: Column?) {
        let children = field.type.arrowChildren
        let columns = column.map(childColumns)
        let owner = SchemaOwner(childCount: children.count)
        for (index, child) in children.enumerated() {
            let schema = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
            fill(schema, child, columns?[index])
            owner.children.initializeElement(at: index, to: schema)
        }
        var format = field.type.arrowFormat
        if case .dictionary? = column?.storage {
            let values = UnsafeMutablePointer<ArrowSchema>.allocate(capacity: 1)
            fill(values, Field("", field.type), nil)
            owner.dictionary = values
            format = DataType.int32.arrowFormat
        }
        target.initialize(
            to: ArrowSchema(
                format: owner.text(format), name: owner.text(field.name), metadata: nil,
                flags: field.isNullable ? Int64(ARROW_FLAG_NULLABLE) : 0, n_children: Int64(children.count),
                children: children.isEmpty ? nil : owner.children.baseAddress, dictionary: owner.dictionary, release: release,
                private_data: Unmanaged.passRetained(owner).toOpaque()))
    }

    /// The columns that go with a type's `arrowChildren`.
    static func childColumns(_ column: Column) -> [Column] {
        switch column.storage {
        case .list(_, let values): return [values]
        case .map(_, let keys, let values):
            let type = DataType.structure([Field("key", keys.type, isNullable: false), Field("value", values.type)])
            return [Column(type, .structure([keys, values], count: keys.count))]
        case .structure(let members, _): return members
        // A union has no validity of its own: a null row is null in the alternative that it is of.
        case .choice(_, let alternatives):
            guard let validity = column.validity else { return alternatives }
            return alternatives.map { Column($0.type, $0.storage, validity: $0.validity.map { $0 & validity } ?? validity) }
        default: return []
        }
    }

    private static let release: @convention(c) (UnsafeMutablePointer<ArrowSchema>?) -> Void = { schema in
        guard let schema, schema.pointee.release != nil, let owner = schema.pointee.private_data else { return }
        schema.pointee.release = nil
        Unmanaged<SchemaOwner>.fromOpaque(owner).release()
    }
}
