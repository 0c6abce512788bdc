/// Values that can be made again, by what they are of. When there are too many bytes of them all are forgotten, and those that are used come back.
package struct RecentValues<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let limit: Int
    private var values: [Key: (value: Value, bytes: Int)] = [:]
    private var bytes = 0

    /// - Parameter limit: Bytes of all.
    package init(limit: Int) { self.limit = limit }

    package subscript(key: Key) -> Value? { values[key]?.value }

    /// Keeps a value in the place of another of the key; one that is larger than all may be is not kept.
    package mutating func put(_ value: Value, for key: Key, bytes count: Int) {
        bytes -= values.removeValue(forKey: key)?.bytes ?? 0
        guard count <= limit else { return }
        if bytes + count > limit {
            values = [:]
            bytes = 0
        }
        values[key] = (value, count)
        bytes += count
    }
}
