package import SluiceCore

/// Finds the shard of each partition key, and remembers keys that it has seen, because hashing one costs far more than finding it again.
///
/// A value: each task that ingests keeps its own. It holds at most `StreamLimits.routedKeys` keys and then starts anew.
package struct KeyRouter: Sendable {
    /// First hash of each open shard, ascending; it owns the hashes up to the next one.
    private let starts: [UInt128]
    /// Numbers of those shards.
    private let numbers: [Int32]
    private var known = ByteRows()
    private var knownShards: [Int32] = []
    /// Open addressing: row of `known` plus 1, or 0.
    private var slots: [Int32]

    /// - Parameters:
    ///   - ranges: The ranges of a stream's open shards, covering the whole space.
    ///   - numbers: The shards' numbers; nil when they count from 0 in the order of the ranges.
    package init(_ ranges: [HashRange], numbers: [Int]? = nil) {
        let ordered = zip(ranges, numbers ?? Array(ranges.indices)).sorted { $0.0.first < $1.0.first }
        precondition(ordered.first?.0.first == 0 && ordered.last?.0.last == .max, "the ranges of a stream's shards cover all hashes")
        starts = ordered.map(\.0.first)
        self.numbers = ordered.map { Int32($0.1) }
        slots = [Int32](repeating: 0, count: 1_024)
    }

    package var shardCount: Int { starts.count }

    /// The number of each key's shard.
    ///
    /// - Complexity: O(bytes); an MD5 for each key not seen lately.
    package mutating func route(_ keys: ByteRows) -> [Int32] {
        if starts.count == 1 { return [Int32](repeating: numbers[0], count: keys.count) }
        var shards: [Int32] = []
        shards.reserveCapacity(keys.count)
        keys.data.withUnsafeBytes { bytes in
            for row in 0..<keys.count {
                shards.append(shard(of: UnsafeRawBufferPointer(rebasing: bytes[keys.range(row)])))
            }
        }
        return shards
    }

    /// The rows of each shard, in order, by the shard's number: what `RecordStream.append(_:rows:to:)` takes.
    package mutating func partition(_ keys: ByteRows) -> [[Int32]] {
        var rows = [[Int32]](repeating: [], count: Int(numbers.max()!) + 1)
        if starts.count == 1 {
            rows[Int(numbers[0])] = (0..<Int32(keys.count)).map { $0 }
        } else {
            for (row, shard) in route(keys).enumerated() { rows[Int(shard)].append(Int32(truncatingIfNeeded: row)) }
        }
        return rows
    }

    private mutating func shard(of key: UnsafeRawBufferPointer) -> Int32 {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: Self.mix(key)) & mask
        while slots[slot] != 0 {
            let row = Int(slots[slot] - 1)
            if known.length(row) == key.count, known.withRow(row, { $0.elementsEqual(key) }) { return knownShards[row] }
            slot = (slot + 1) & mask
        }
        let shard = shard(owning: HashRange.hash(of: key))
        remember(key, shard, slot)
        return shard
    }

    /// The number of the shard that owns a hash.
    package func shard(owning hash: UInt128) -> Int32 {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= hash { low = middle } else { high = middle }
        }
        return numbers[low]
    }

    private mutating func remember(_ key: UnsafeRawBufferPointer, _ shard: Int32, _ slot: Int) {
        if known.count == StreamLimits.routedKeys {
            known = ByteRows()
            knownShards.removeAll(keepingCapacity: true)
            slots = [Int32](repeating: 0, count: slots.count)
            return
        }
        known.append(key.bindMemory(to: UInt8.self))
        knownShards.append(shard)
        slots[slot] = Int32(known.count)
        if known.count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 4)
        let mask = slots.count - 1
        for row in 0..<known.count {
            var slot = known.withRow(row) { Int(truncatingIfNeeded: Self.mix(UnsafeRawBufferPointer($0))) } & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(row + 1)
        }
    }

    /// A quick hash for the table of known keys, eight bytes a step; it decides nothing that is stored.
    @inline(__always) private static func mix(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: key.count) &* 0x9E37_79B9_7F4A_7C15
        var place = 0
        while place &+ 8 <= key.count {
            hash = (hash ^ key.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash &>> 32
            place &+= 8
        }
        while place < key.count {
            hash = (hash ^ UInt64(key[place])) &* 0xFF51_AFD7_ED55_8CCD
            place &+= 1
        }
        return hash ^ hash &>> 29
    }
}
