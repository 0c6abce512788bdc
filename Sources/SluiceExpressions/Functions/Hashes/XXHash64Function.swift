import SluiceCore

enum XXHash64Function: ScalarFunction {
    static let manual = Manual(
        "xxhash64", aliases: ["hash64"], .hashes, "xxhash64(value, …)", arguments: 1...(.max),
        "A 64-bit hash, the same as Spark's, for buckets and samples. Nulls are passed over; int32 and int64 of one value differ.",
        [
            Example("xxhash64('Spark', [CAST(123 AS int32)], CAST(2 AS int32))", yields: "5602566077635097486"),
            Example("xxhash64(NULL)", yields: "42"), Example("xxhash64('a', NULL) = xxhash64('a')", yields: "true"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        var nodes: [any BoundNode] = []
        for index in 0..<call.count { nodes.append(try call.any(index).node) }
        return KernelNode(.int64, nodes, propagatesNull: false) { input, _ in
            var hashes = [UInt64](repeating: 42, count: input.rowCount)
            for argument in input.arguments { HashKernel.fold(argument.spread(input.rowCount), into: &hashes) }
            return .integers(hashes.map { Int64(bitPattern: $0) })
        }
    }
}
