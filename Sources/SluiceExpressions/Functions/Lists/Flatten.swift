import SluiceCore

enum Flatten: ScalarFunction {
    static let manual = Manual(
        "flatten", .lists, "flatten(list)", arguments: 1...1, "The elements of the lists in a list, as one list; null lists are left out.",
        [Example("flatten([[1, 2], [], [3]])", yields: "[1, 2, 3]")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (list, inner) = try call.list(0)
        if inner == .null { return list }
        guard case .list = inner else { throw call.mismatch(0, "a list of lists") }
        return KernelNode(inner, [list]) { input, _ in
            let (outer, lists) = input[0].spread(input.rowCount).lists
            let (offsets, values) = lists.lists
            var kept: [Int32] = []
            var newOffsets: [Int32] = [0]
            for row in 0..<input.rowCount {
                for place in Int(outer[row])..<Int(outer[row + 1]) where !lists.isNull(place) {
                    kept.append(contentsOf: offsets[place]..<offsets[place + 1])
                }
                newOffsets.append(Int32(kept.count))
            }
            return Column(inner, .list(offsets: newOffsets, values: values.gather(kept)))
        }
    }
}
