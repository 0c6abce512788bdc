import SluiceCore
import SluiceSQLite

/// The columns of a table or query with the types that their values are to have.
struct SQLiteColumns {
    var schema: Schema
    var notices: [String] = []

    /// - Throws: `unknownColumn` for a declared column that is not there; `unsupported` for a type that SQLite cannot hold.
    init(_ rows: SQLiteSource.Rows, declared: [DeclaredColumn], in connection: SQLiteConnection) throws(SluiceError) {
        let statement = try connection.prepare("SELECT * FROM \(rows.from) LIMIT \(DatabaseLimits.sampledRows)")
        let names = (0..<statement.columnCount).map { statement.name($0) }
        var types = (0..<statement.columnCount).map { SQLiteTypes.type(statement.declaredType($0) ?? "") }
        for column in declared {
            guard let index = names.firstIndex(of: column.name) else {
                throw SluiceError(
                    .unknownColumn, "there is no column \"\(column.name)\"", at: column.location,
                    remedy: Suggestion.remedy(for: column.name, in: names, noun: "columns"))
            }
            try Self.check(column)
            types[index] = column.type
        }
        if types.contains(nil) { notices = try Self.sample(statement, names, &types) }
        schema = try Schema(zip(names, types).map { Field($0, $1 ?? .string) })
    }

    private static func check(_ column: DeclaredColumn) throws(SluiceError) {
        switch column.type {
        case .null, .list, .structure, .map:
            throw SluiceError(
                .unsupported, "no value of a SQLite column is a \(column.type)", at: column.location,
                remedy: "declare \(column.name): string, and take the text apart in a step")
        default: break
        }
    }

    /// Infers the types that are missing from the classes in which the first rows are stored.
    private static func sample(_ statement: SQLiteStatement, _ names: [String], _ types: inout [DataType?]) throws(SluiceError) -> [String]
    {
        let open = types.indices.filter { types[$0] == nil }
        var found = [Set<SQLiteKind>](repeating: [], count: types.count)
        var rows = 0
        while try statement.step() {
            for column in open { found[column].insert(statement.kind(column)) }
            rows += 1
        }
        for column in open { types[column] = type(of: found[column]) }
        let inferred = open.map { "\(names[$0]) \(types[$0] ?? .string)" }.joined(separator: ", ")
        return [
            "the database does not say the types of some columns; inferred from \(rows) row\(rows == 1 ? "" : "s"): \(inferred). "
                + "Declare columns to be sure of them"
        ]
    }

    private static func type(of kinds: Set<SQLiteKind>) -> DataType {
        let all: [(SQLiteKind, DataType)] = [(.integer, .int64), (.real, .float64), (.text, .string), (.blob, .binary)]
        let types = all.filter { kinds.contains($0.0) }.map(\.1)
        if types == [.int64, .float64] { return .float64 }
        return types.count > 1 ? .choice(types) : types.first ?? .string
    }
}
