import SluiceCatalog
import SluiceCore
import SluicePipelines

/// Brings the columns of a SELECT to those of the table that it goes into: by their places, as SQL does it.
struct InsertedColumns {
    private let pairs: [(from: Field?, to: CatalogColumn)]
    private let place: SourceLocation

    /// - Parameters:
    ///   - names: The table's columns that are given; all of them in their order, partition keys last, where the query names none.
    ///   - place: Of the table in the query.
    /// - Throws: `unknownColumn`, `typeError`.
    init(_ schema: Schema, into table: TableDefinition, _ names: [String]?, at place: SourceLocation) throws(SluiceError) {
        self.place = place
        let columns = table.columns + table.partitionKeys
        var given = columns
        if let names {
            given = []
            for name in names {
                guard let column = columns.first(where: { SQLColumn.folded($0.name) == SQLColumn.folded(name) }) else {
                    throw SluiceError(
                        .unknownColumn, "table \(table.name) has no column \(name.quotedForMessage)", at: place,
                        remedy: Suggestion.remedy(for: name, in: columns.map(\.name), noun: "columns"))
                }
                given.append(column)
            }
        }
        guard given.count == schema.count else {
            throw SluiceError(
                .typeError, "the SELECT has \(schema.count) columns, and \(given.count) go into table \(table.name)", at: place,
                remedy: "the columns are \(given.map(\.name).joined(separator: ", ")); or name those that are given behind the table")
        }
        var pairs: [(from: Field?, to: CatalogColumn)] = []
        for column in columns {
            let from = given.firstIndex { $0.name == column.name }.map { schema.fields[$0] }
            if let from, !Self.mayBecome(from.type, column.type) {
                throw SluiceError(
                    .typeError,
                    "column \"\(from.name)\" is \(from.type), and column \"\(column.name)\" of table \(table.name) is \(column.type)",
                    at: place, remedy: "convert it in the SELECT, so that it is seen what is lost")
            }
            pairs.append((from, column))
        }
        self.pairs = pairs
    }

    /// Whether values that fit may go in; each is checked when it does.
    private static func mayBecome(_ own: DataType, _ other: DataType) -> Bool {
        if own == other || own == .null { return true }
        switch (own, other) {
        case (.string, .date), (.string, .timestamp), (.string, .boolean): return true
        case (.date, .timestamp): return true
        case (_, .float64), (_, .float32): return own.isNumeric
        case (_, .decimal): return own.isInteger || own.isDecimal
        default: return (own.isInteger || own == .boolean) && other.isInteger || (own == .int64 && other == .boolean)
        }
    }

    /// A projection to the table's columns.
    func step() throws -> SQLStep {
        let list = pairs.map { from, to in
            let value = from.map { SQLQuote.name($0.name) } ?? "NULL"
            return (from?.type == to.type ? value : "CAST(\(value) AS \(to.type))") + " AS \(SQLQuote.name(to.name))"
        }
        do {
            return try SQLStep(from: .text("SELECT \(list.joined(separator: ", "))"))
        } catch let error as SluiceError {
            throw SluiceError(error.code, error.message, at: place, remedy: error.remedy)
        }
    }
}
