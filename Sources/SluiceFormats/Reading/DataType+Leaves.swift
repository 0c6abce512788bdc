package import SluiceCore

extension DataType {
    /// Columns that hold the values: each field of a struct is one.
    package var leafCount: Int {
        switch self {
        case .structure(let fields): max(1, fields.reduce(0) { $0 + $1.type.leafCount })
        case .list(let element): element.leafCount
        case .map(let key, let value): key.leafCount + value.leafCount
        case .choice(let types): types.reduce(0) { $0 + $1.leafCount }
        default: 1
        }
    }
}
