/// A few different values: those with the least hashes, so that they are the same whatever the order.
struct SampleValues: Hashable, Sendable {
    struct Sample: Hashable, Sendable {
        var hash: UInt64
        var value: String
    }

    private var samples: [Sample] = []
    /// A hash from here on is none of them.
    private(set) var bound = UInt64.max

    @inline(__always)
    mutating func take(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt64) {
        if hash < bound { add(hash, ValuePlace.shown(text)) }
    }

    private mutating func add(_ hash: UInt64, _ value: @autoclosure () -> String) {
        let place = samples.firstIndex { $0.hash >= hash } ?? samples.count
        if place < samples.count, samples[place].hash == hash { return }
        samples.insert(Sample(hash: hash, value: value()), at: place)
        if samples.count > EvidenceLimits.samples { samples.removeLast() }
        if samples.count == EvidenceLimits.samples { bound = samples[samples.count - 1].hash }
    }

    mutating func merge(_ other: SampleValues) {
        for sample in other.samples where sample.hash < bound { add(sample.hash, sample.value) }
    }

    /// As they are kept: by their hashes.
    var hashed: [Sample] { samples }

    /// Puts back one of `hashed`.
    mutating func put(_ hash: UInt64, _ value: String) { if hash < bound { add(hash, value) } }

    /// Ascending as texts.
    var values: [String] { samples.map(\.value).sorted() }
}
