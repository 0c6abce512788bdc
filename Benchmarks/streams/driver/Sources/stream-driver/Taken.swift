import CWorkload

/// What a reader got: checked, and timed where the payloads carry a time.
struct Taken {
    private var state = checker()
    private var latencies = Latencies()

    init(hashes: Bool) { state.hashes = hashes }

    var records: Int { Int(state.records) }
    var hash: UInt64 { state.hash }
    var isInOrder: Bool { !state.is_wrong }

    mutating func take(_ payload: UnsafeBufferPointer<UInt8>) { checker_take(&state, payload.baseAddress, payload.count) }

    mutating func takeTimed(_ payload: UnsafeBufferPointer<UInt8>) {
        take(payload)
        latencies.add(now_ns() - payload_time(payload.baseAddress))
    }

    func percentile(_ share: Double) -> Double { latencies.percentile(share) }
}
