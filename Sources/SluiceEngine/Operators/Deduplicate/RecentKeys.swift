import SluiceCore

/// The keys that rows had within a span of time, each with the time of its row.
final class RecentKeys {
    /// There may be many spans with few keys each.
    private let table = ByteKeyTable(slots: 8)
    private(set) var times: [Int64] = []

    var byteCount: Int { table.byteCount + times.capacity * 8 }

    func time(of key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int64? { table.number(of: key, hash).map { times[Int($0)] } }

    /// - Precondition: the key is not there.
    func add(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ time: Int64) {
        table.add(key, hash)
        times.append(time)
    }

    /// Times and keys of some of the rows, by the order in which they came.
    func rows(_ range: Range<Int>) -> (times: [Int64], keys: ByteRows) {
        var keys = ByteRows()
        for number in range { keys.append(table.key(number)) }
        return (Array(times[range]), keys)
    }
}
