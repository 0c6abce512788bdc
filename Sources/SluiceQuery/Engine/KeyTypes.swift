import SluiceCore

/// Types in which SQLite and the engine find the same values equal.
enum KeyTypes {
    /// The type to which values of two types are brought before they are compared or put under one another.
    ///
    /// - Throws: `LeftToSQLite` where SQLite would compare them otherwise.
    static func common(_ left: DataType, _ right: DataType) throws -> DataType {
        if left.isInteger, right.isInteger { return left == right ? left : .int64 }
        guard left == right else { throw LeftToSQLite("\(left) beside \(right)") }
        switch ValueKind(left) {
        case .null, .nested, .choice, .interval: throw LeftToSQLite("a comparison of \(ValueKind(left).noun)")
        default: return left
        }
    }
}
