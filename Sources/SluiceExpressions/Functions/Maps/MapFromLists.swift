import SluiceCore

enum MapFromLists: ScalarFunction {
    static let manual = Manual(
        "map_from_arrays", aliases: ["map_from_lists"], .maps, "map_from_arrays(keys, values)", arguments: 2...2,
        "A map of the keys in one list and the values in another of the same length.",
        [
            Example("map_from_arrays(['a', 'b'], [1, 2])['a']", yields: "1"),
            Example("map_from_arrays(['a'], [1, 2])", fails: "invalid-argument"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (keys, keyType) = try call.list(0)
        let (values, valueType) = try call.list(1)
        guard keyType != .null else { throw call.mismatch(0, "a list of keys") }
        let type = DataType.map(key: keyType, value: valueType)
        return KernelNode(type, [keys, values]) { input, failures in
            let (left, right) = (input[0].spread(input.rowCount).lists, input[1].spread(input.rowCount).lists)
            var offsets: [Int32] = [0]
            var keyPlaces: [Int32] = []
            var valuePlaces: [Int32] = []
            for row in 0..<input.rowCount {
                if input.isValid(row) {
                    let (keys, values) = (left.offsets[row]..<left.offsets[row + 1], right.offsets[row]..<right.offsets[row + 1])
                    if keys.count == values.count {
                        keyPlaces.append(contentsOf: keys)
                        valuePlaces.append(contentsOf: values)
                    } else {
                        failures.add(row, .invalidArgument, "there are \(keys.count) keys, but \(values.count) values")
                    }
                }
                offsets.append(Int32(keyPlaces.count))
            }
            return MapKernels.made(
                type, input, &failures, offsets: offsets, keys: left.values.gather(keyPlaces), values: right.values.gather(valuePlaces))
        }
    }
}
