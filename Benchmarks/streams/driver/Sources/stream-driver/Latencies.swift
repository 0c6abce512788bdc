/// Durations in nanoseconds.
struct Latencies: Sendable {
    private var values: [UInt64] = []

    var count: Int { values.count }

    mutating func add(_ nanoseconds: UInt64) { values.append(nanoseconds) }
    mutating func add(_ other: Latencies) { values += other.values }

    /// The value in microseconds below which `share` of all lie; 0 for none.
    func percentile(_ share: Double) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : Double(sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]) / 1e3
    }
}
