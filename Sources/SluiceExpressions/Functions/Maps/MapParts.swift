import SluiceCore

enum MapKeys: ScalarFunction {
    static let manual = Manual(
        "map_keys", .maps, "map_keys(map)", arguments: 1...1, "The keys of a map, in its order.",
        [Example("map_keys(map('a', 1, 'b', 2))", yields: "['a', 'b']")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (map, key, _) = try call.map(0)
        return KernelNode(.list(key), [map]) { input, _ in
            let (offsets, keys, _) = input[0].spread(input.rowCount).maps
            return Column(.list(key), .list(offsets: offsets, values: keys))
        }
    }
}

enum MapValues: ScalarFunction {
    static let manual = Manual(
        "map_values", .maps, "map_values(map)", arguments: 1...1, "The values of a map, in its order.",
        [Example("map_values(map('a', 1, 'b', NULL))", yields: "[1, NULL]")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (map, _, value) = try call.map(0)
        return KernelNode(.list(value), [map]) { input, _ in
            let (offsets, _, values) = input[0].spread(input.rowCount).maps
            return Column(.list(value), .list(offsets: offsets, values: values))
        }
    }
}

enum MapEntries: ScalarFunction {
    static let manual = Manual(
        "map_entries", .maps, "map_entries(map)", arguments: 1...1, "The entries of a map as structs of a key and a value, in its order.",
        [Example("map_entries(map('a', 1))[1].value", yields: "1")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (map, key, value) = try call.map(0)
        let entry = DataType.structure([Field("key", key, isNullable: false), Field("value", value)])
        return KernelNode(.list(entry), [map]) { input, _ in
            let (offsets, keys, values) = input[0].spread(input.rowCount).maps
            return Column(.list(entry), .list(offsets: offsets, values: Column(entry, .structure([keys, values], count: keys.count))))
        }
    }
}
