import SluiceExpressions

/// Names of functions, for suggestions.
enum OwnFunctions {
    /// Of Sluice's expressions.
    static let names: [String] = FunctionCatalog.names + FunctionCatalog.aggregates.flatMap { [$0.name] + $0.aliases }
    /// Those of SQLite that queries use most.
    static let sqlite = [
        "count", "sum", "total", "avg", "min", "max", "group_concat", "round", "substr", "instr", "printf", "strftime", "date", "datetime",
        "julianday", "ifnull", "iif", "json_extract", "json_each", "json_array_length", "row_number", "rank", "dense_rank", "lag", "lead",
        "ntile",
        "first_value", "last_value", "nth_value", "upper", "lower", "trim", "replace", "typeof", "hex", "random", "sqrt", "pow", "ln",
        "exp",
    ]
}
