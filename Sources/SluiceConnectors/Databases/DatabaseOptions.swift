import SluiceCore
import SluicePipelines

/// The options that sources of all databases have.
enum DatabaseOptions {
    static let connection = OptionSpecification(
        "connection", .name, "The connection to the database (`sluice connections add`), which has the password, too.", examples: ["shop"])

    static let query = OptionSpecification(
        "query", .string, "In place of table: a SELECT statement whose rows are read.",
        examples: ["SELECT id, total FROM orders WHERE total > 0"])

    static let columns = OptionSpecification(
        "columns", .mapping(key: "column", .dataType, minimum: 1),
        "Types of columns by name, in place of those that the database says. Every value is checked against its column's type.",
        examples: ["{paid: boolean, amount: \"decimal(12,2)\"}"])

    static let cursor = OptionSpecification(
        "cursor", .column,
        "What grows with every new or changed row: a number, a time, or a text that sorts. Runs with `incremental: true`, and those that follow, read "
            + "the rows that it puts behind the last one read; of rows with an equal value, those that were not there.",
        examples: ["id", "updated_at"])
}

/// What of a database a definition reads.
struct SourceSelection: Sendable {
    enum Rows: Hashable, Sendable {
        case table(String)
        case query(String)
    }

    var rows: Rows
    var declared: [DeclaredColumn]
    var cursor: String?

    init(table: String, declared: [DeclaredColumn]) {
        rows = .table(table)
        self.declared = declared
    }

    /// - Throws: `missingKey`, `invalidOption`, placed.
    init(_ options: OptionValues) throws(SluiceError) { try self.init(options, table: try options.string("table")) }

    /// - Parameter table: What is said in place of the option `table`, or by it.
    init(_ options: OptionValues, table: String?) throws(SluiceError) {
        switch (table, try options.string("query")) {
        case (let table?, nil): rows = .table(table)
        case (nil, let query?): rows = .query(query)
        case (nil, nil): throw SluiceError(.missingKey, "neither table nor query says what to read", remedy: "for example: table: orders")
        case (_?, _?): throw options.invalid("query", "table and query say both what to read", remedy: "keep one of them")
        }
        declared = try FileOptions.declared(options)
        cursor = try options.string("cursor")
    }
}
