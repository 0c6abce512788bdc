import SluicePipelines

/// What a run does with the rows that a table of a database has.
enum DatabaseMode: String, CaseIterable, Codable, Sendable {
    case append, overwrite, upsert

    static let specification = OptionSpecification(
        "mode", .enumeration(allCases.map(\.rawValue)), default: append.rawValue,
        "What happens to the rows that the table has: append leaves them, overwrite replaces all of them, upsert replaces those with the same keys; "
            + "columns that the rows lack keep what they have.")

    static let keys = OptionSpecification(
        "keys", .oneOrMany(.column),
        "With `mode: upsert`: the columns that say which rows are one. The table has a unique index of exactly these, or is made with one. Of rows "
            + "with equal keys the last one stays.", examples: ["customer_id", "[shop, order_id]"])

    static let newColumns = OptionSpecification(
        "on_new_column", .enumeration(NewColumns.allCases.map(\.rawValue)), default: NewColumns.fail.rawValue,
        "A column of the rows that the table lacks: fail is an error, add gives it to the table, ignore leaves it out.")

    var effect: String {
        switch self {
        case .append: "added to its rows"
        case .overwrite: "replacing its rows"
        case .upsert: "merged"
        }
    }
}
