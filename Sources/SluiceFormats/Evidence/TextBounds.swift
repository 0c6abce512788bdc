/// The least and the greatest of some texts, by their bytes; of long ones the start.
struct TextBounds: Hashable, Sendable {
    private(set) var least: [UInt8]?
    private(set) var most: [UInt8] = []
    /// First eight bytes as numbers that compare as the texts do.
    private var leastKey = UInt64.max
    private var mostKey: UInt64 = 0
    private var isLeastShort = false

    @inline(__always)
    mutating func take(_ text: UnsafeBufferPointer<UInt8>) {
        let key = text.baseAddress.map { ValueClassifier.word(UnsafeRawPointer($0), min(8, text.count)).byteSwapped } ?? 0
        if key > leastKey, key < mostKey { return }
        // The keys of short texts say all: the least or the greatest once more.
        if text.count <= 8, key == leastKey ? isLeastShort : key == mostKey && key > leastKey { return }
        compare(text, key)
    }

    @inline(never)
    private mutating func compare(_ text: UnsafeBufferPointer<UInt8>, _ key: UInt64) {
        let start = text.prefix(EvidenceLimits.valueBytes)
        guard let least else {
            (self.least, most, leastKey, mostKey) = (Array(start), Array(start), key, key)
            isLeastShort = text.count <= 8
            return
        }
        if key < leastKey || (key == leastKey && start.lexicographicallyPrecedes(least)) {
            (self.least, leastKey, isLeastShort) = (Array(start), key, text.count <= 8)
        }
        if key > mostKey || (key == mostKey && most.lexicographicallyPrecedes(start)) { (most, mostKey) = (Array(start), key) }
    }

    mutating func merge(_ other: TextBounds) {
        guard let theirs = other.least else { return }
        theirs.withUnsafeBufferPointer { take($0) }
        other.most.withUnsafeBufferPointer { take($0) }
    }

    var texts: (least: String, most: String)? {
        least.map { (String(decoding: $0, as: UTF8.self), String(decoding: most, as: UTF8.self)) }
    }
}
