/// The manuals of the aggregates. Their examples are calls over one column named x.
enum AggregateCatalog {
    static let manuals: [Manual] = [
        manual(
            "count", "count(*), count(x), count(DISTINCT x)",
            "Rows of the group; with an argument only those where it is not null, or its different values."),
        manual("count_if", "count_if(condition)", "Rows of the group for which the condition is true."),
        manual(
            "sum", "sum(x)",
            "Sum of the values that are not null: int64 for integers, decimal(38,s) for decimals, float64 for floats. A sum that does not fit fails; of no value it is null."
        ),
        manual("avg", aliases: ["mean"], "avg(x)", "Mean of the values that are not null, as float64; null of no value."),
        manual("min", "min(x)", "Smallest value that is not null; texts by code points."),
        manual("max", "max(x)", "Greatest value that is not null; NaN is above every other float."),
        manual("first", aliases: ["any_value"], "first(x)", "First value that is not null, in the order in which rows arrive."),
        manual("last", "last(x)", "Last value that is not null, in the order in which rows arrive."),
    ]

    private static func manual(_ name: String, aliases: [String] = [], _ signature: String, _ summary: String) -> Manual {
        Manual(name, aliases: aliases, .aggregates, signature, arguments: 1...1, summary, [])
    }

    static let names: [String] = manuals.flatMap { [$0.name] + $0.aliases }

    static func kind(named name: String) -> AggregateKind? {
        let lower = name.lowercased()
        return manuals.first { $0.name == lower || $0.aliases.contains(lower) }.flatMap { AggregateKind(rawValue: $0.name) }
    }
}
