import SluiceCore

/// Collects the rows that a node fails for.
struct Failures {
    /// Rows whose failure matters to anybody; nil for all. Of other rows no value is read either.
    let active: Bitmap?
    /// False inside TRY, where only the fact counts and no message is built.
    let wantsMessages: Bool
    let budget: TextBudget
    private(set) var errors = RowErrors()

    private static let unnamed = RowError(.invalidArgument, "failed")

    init(active: Bitmap? = nil, wantsMessages: Bool = true, budget: TextBudget = TextBudget()) {
        self.active = active
        self.wantsMessages = wantsMessages
        self.budget = budget
    }

    @inline(never)
    mutating func add(_ row: Int, _ code: SluiceError.Code, _ message: @autoclosure () -> String) {
        if let active, !active[row] { return }
        errors.add(wantsMessages ? RowError(code, message()) : Self.unnamed, row: row)
    }

    mutating func add(_ row: Int, _ error: RowError) {
        if let active, !active[row] { return }
        errors.add(error, row: row)
    }

    mutating func merge(_ other: RowErrors) { errors.merge(other) }

    /// A collector for values of which several may belong to one row: all count, `addNested` brings them back.
    var nested: Failures { Failures(wantsMessages: wantsMessages, budget: budget) }

    /// The failures of nested values; value `i` belongs to row `parents[i]`.
    mutating func addNested(_ other: Failures, parents: [Int32]) {
        for index in other.errors.byRow.keys.sorted() {
            if let error = other.errors[index] { add(Int(parents[index]), error) }
        }
    }
}

/// For each value of a list column the row that its list stands in.
func parentRows(_ offsets: [Int32]) -> [Int32] {
    var parents: [Int32] = []
    parents.reserveCapacity(Int(offsets[offsets.count - 1]))
    for row in 0..<(offsets.count - 1) {
        for _ in offsets[row]..<offsets[row + 1] { parents.append(Int32(truncatingIfNeeded: row)) }
    }
    return parents
}
