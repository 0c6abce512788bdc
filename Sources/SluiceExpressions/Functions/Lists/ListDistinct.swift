import SluiceCore

enum ListDistinct: ScalarFunction {
    static let manual = Manual(
        "list_distinct", aliases: ["array_distinct"], .lists, "list_distinct(list)", arguments: 1...1,
        "Each different element once, in the order of first appearance; nulls are left out.",
        [Example("list_distinct([2, 1, 2, NULL, 1])", yields: "[2, 1]")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let list = try call.list(0).node
        return KernelNode(list.type, [list]) { input, _ in
            let (offsets, values) = input[0].spread(input.rowCount).lists
            var kept: [Int32] = []
            var newOffsets: [Int32] = [0]
            var key: [UInt8] = []
            for row in 0..<input.rowCount {
                var seen = KeyTable()
                for place in offsets[row]..<offsets[row + 1] where !values.isNull(Int(place)) {
                    key.removeAll(keepingCapacity: true)
                    RowKey.append(values, Int(place), to: &key)
                    if seen.insert(key) { kept.append(place) }
                }
                newOffsets.append(Int32(kept.count))
            }
            return Column(list.type, .list(offsets: newOffsets, values: values.gather(kept)))
        }
    }
}
