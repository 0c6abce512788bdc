import CWorkload

/// What a reader got: checked, and timed where the payloads carry a time.
struct Taken {
    private var checker = checker()
    private var latencies = Latencies()

    init(hashes: Bool) { checker.hashes = hashes }

    var records: Int { Int(checker.records) }
    var hash: UInt64 { checker.hash }
    var isInOrder: Bool { !checker.is_wrong }

    mutating func take(_ payload: UnsafeBufferPointer<UInt8>) { checker_take(&checker, payload.baseAddress, payload.count) }

    mutating func takeTimed(_ payload: UnsafeBufferPointer<UInt8>) {
        take(payload)
        latencies.add(now_ns() - payload_time(payload.baseAddress))
    }

    func percentile(_ share: Double) -> Double { latencies.percentile(share) }
}
