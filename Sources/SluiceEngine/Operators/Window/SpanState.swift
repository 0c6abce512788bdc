import SluiceCore
import SluiceExpressions

/// The first and last time of each group, in microseconds since 1970.
struct SpanState: AggregateState {
    private(set) var first: [Int64] = []
    private(set) var last: [Int64] = []

    mutating func resize(groups: Int) {
        guard groups > first.count else { return }
        first.append(contentsOf: repeatElement(.max, count: groups - first.count))
        last.append(contentsOf: repeatElement(.min, count: groups - last.count))
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard case .int64(let times)? = argument?.flattened.storage else { preconditionFailure("a span is made of times") }
        for (row, group) in groups.enumerated() { take(times[row], times[row], Int(group)) }
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? SpanState else { preconditionFailure("states of one aggregate are of one kind") }
        for (source, target) in zip(sources, targets) { take(other.first[Int(source)], other.last[Int(source)], Int(target)) }
    }

    func partial(of groups: [Int32]) -> [Column] {
        [.integers(groups.map { first[Int($0)] }), .integers(groups.map { last[Int($0)] })]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        guard case .int64(let firsts) = partial[0].flattened.storage, case .int64(let lasts) = partial[1].flattened.storage else {
            preconditionFailure("a span is two integers")
        }
        for (row, group) in groups.enumerated() { take(firsts[row], lasts[row], Int(group)) }
    }

    private mutating func take(_ from: Int64, _ through: Int64, _ group: Int) {
        first[group] = min(first[group], from)
        last[group] = max(last[group], through)
    }

    func finish() -> Evaluated { Evaluated(column: .integers(first), errors: RowErrors()) }

    var byteCount: Int { first.capacity * 16 }
}
