import SluiceCore

/// The values of a node for the rows of a frame: a column, or one value for all rows.
struct Vector: Sendable {
    /// One row when constant, else one for each row of the frame.
    var column: Column
    var isConstant = false
    /// Failed rows; each of them is null in the column.
    var errors = RowErrors()

    /// What a row number is multiplied with to find its place in the column: 0 for a constant.
    var stride: Int { isConstant ? 0 : 1 }

    func isNull(_ row: Int) -> Bool { column.isNull(row &* stride) }

    /// The values as a column of `count` rows.
    func spread(_ count: Int) -> Column {
        isConstant ? column.gather([Int32](repeating: 0, count: count)) : column
    }

    /// Validity for `count` rows; nil where nothing is null.
    func validity(_ count: Int) -> Bitmap? {
        if column.type == .null { return Bitmap(repeating: false, count: count) }
        guard let validity = column.validity else { return nil }
        return isConstant ? Bitmap(repeating: validity[0], count: count) : validity
    }

    /// Rows that are true.
    func trueRows(_ count: Int) -> Bitmap {
        if isConstant { return Bitmap(repeating: !column.isNull(0) && column.bits[0], count: count) }
        return column.validity.map { column.bits & $0 } ?? column.bits
    }

    /// Rows that are false.
    func falseRows(_ count: Int) -> Bitmap {
        if isConstant { return Bitmap(repeating: !column.isNull(0) && !column.bits[0], count: count) }
        let zeros = ~column.bits
        return column.validity.map { zeros & $0 } ?? zeros
    }
}

extension Column {
    // The buffer of a column whose type was checked when the expression was bound.
    var bits: Bitmap { if case .boolean(let bits) = storage { bits } else { preconditionFailure("\(type) is not boolean") } }
    var int32s: [Int32] { if case .int32(let values) = storage { values } else { preconditionFailure("\(type) is not 32 bits wide") } }
    var int64s: [Int64] { if case .int64(let values) = storage { values } else { preconditionFailure("\(type) is not 64 bits wide") } }
    var doubles: [Double] { if case .float64(let values) = storage { values } else { preconditionFailure("\(type) is not float64") } }
    var decimals: [Int128] { if case .decimal(let values) = storage { values } else { preconditionFailure("\(type) is no decimal") } }
    var rows: ByteRows { if case .bytes(let rows) = storage { rows } else { preconditionFailure("\(type) has no bytes") } }
    var lists: (offsets: [Int32], values: Column) {
        if case .list(let offsets, let values) = storage { (offsets, values) } else { preconditionFailure("\(type) is no list") }
    }
    var members: [Column] {
        if case .structure(let columns, _) = storage { columns } else { preconditionFailure("\(type) is no struct") }
    }

    /// The column with the rows of `failed` null.
    func nulling(_ failed: RowErrors) -> Column {
        if failed.isEmpty || type == .null { return self }
        var valid = explicitValidity
        for row in failed.byRow.keys { valid[row] = false }
        return Column(type, storage, validity: valid)
    }

    /// The column with null where `valid` has no bit.
    func masked(_ valid: Bitmap?) -> Column {
        guard let valid, type != .null else { return self }
        return Column(type, storage, validity: validity.map { $0 & valid } ?? valid)
    }
}

/// The bits that both have; nil stands for all.
func intersection(_ a: Bitmap?, _ b: Bitmap?) -> Bitmap? {
    guard let a else { return b }
    guard let b else { return a }
    return a & b
}
