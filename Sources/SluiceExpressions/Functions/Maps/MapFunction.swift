import SluiceCore

enum MapFunction: ScalarFunction {
    static let manual = Manual(
        "map", .maps, "map(key, value, …)", arguments: 2...(.max), "A map of keys and their values; no key is null or stands twice.",
        [
            Example("map('a', 1, 'b', 2)['b']", yields: "2"), Example("to_json(map('a', 1, 'b', NULL))", yields: #"'{"a":1,"b":null}'"#),
            Example("map('a', 1, 'a', 2)", fails: "invalid-argument"), Example("map(CAST(NULL AS string), 1)", fails: "invalid-argument"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        guard call.count % 2 == 0 else {
            throw ExpressionError(.typeError, "map takes pairs of a key and a value", call.range, remedy: "its form is \(manual.signature)")
        }
        var keys: [Operand] = []
        var values: [Operand] = []
        for index in 0..<call.count {
            if index % 2 == 0 { keys.append(try call.any(index)) } else { values.append(try call.any(index)) }
        }
        let (keyType, keyOperands) = try call.binder.comparable(keys, "the keys of a map")
        let (valueType, valueOperands) = try call.binder.unified(values, "the values of a map")
        guard keyType != .null else { throw call.mismatch(0, "a key") }
        let width = keys.count
        let type = DataType.map(key: keyType, value: valueType)
        return KernelNode(type, keyOperands.map(\.node) + valueOperands.map(\.node), propagatesNull: false) { input, failures in
            let count = input.rowCount
            let offsets = (0...count).map { Int32($0 * width) }
            let positions = (0..<(count * width)).map { Int32($0 % width * count + $0 / width) }
            let parts = [0..<width, width..<(2 * width)].map { range in
                Column.concatenated(input.arguments[range].map { $0.spread(count) }).gather(positions)
            }
            return MapKernels.made(type, input, &failures, offsets: offsets, keys: parts[0], values: parts[1])
        }
    }
}
