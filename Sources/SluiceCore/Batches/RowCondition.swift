/// A condition on rows that a reader applies while it reads, so that rows nobody wants are never decoded whole.
///
/// The expression language makes these; readers only know this protocol.
public protocol RowCondition: Sendable {
    /// The columns that it reads, by name.
    var columns: [String] { get }

    /// The rows to read on: those for which the condition is true, and those for which it fails, because the step that it came from reports these.
    ///
    /// - Parameter batch: has at least `columns`, in any order.
    func kept(of batch: Batch) -> Bitmap

    /// What holds for every kept row; a reader may leave out whatever cannot fulfil one of these (files, row groups, pages).
    var bounds: [ColumnBound] { get }
}

/// A comparison of a column with constants of the column's own type. A null fulfils none but `isNull`.
public struct ColumnBound: Sendable, Hashable {
    /// How a column's value stands to the constants.
    public enum Relation: Sendable, Hashable {
        /// Equal to one of the values.
        case isIn([Value])
        case less(Value), lessOrEqual(Value), greater(Value), greaterOrEqual(Value)
        case isNull, isNotNull
    }

    public var column: String
    public var relation: Relation

    public init(_ column: String, _ relation: Relation) {
        self.column = column
        self.relation = relation
    }
}
