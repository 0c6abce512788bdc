import SluiceCore

/// Lets each different value of a group reach another aggregate once: `count(DISTINCT x)`, `sum(DISTINCT x)`.
struct DistinctState: AggregateState {
    private var inner: any AggregateState
    /// The values that went through, with their groups; a state that is merged hands them on.
    private var values: [Column]
    private var groups: [Int32] = []
    private let type: DataType
    private var seen = KeyTable()

    init(_ inner: any AggregateState, _ type: DataType) {
        self.inner = inner
        self.type = type
        values = []
    }

    mutating func resize(groups: Int) { inner.resize(groups: groups) }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument = argument?.flattened, argument.type != .null else { return }
        var fresh: [Int32] = []
        var key: [UInt8] = []
        for (row, group) in groups.enumerated() where !argument.isNull(row) {
            key.removeAll(keepingCapacity: true)
            withUnsafeBytes(of: group) { key.append(contentsOf: $0) }
            RowKey.append(argument, row, to: &key)
            if seen.insert(key) { fresh.append(Int32(truncatingIfNeeded: row)) }
        }
        if fresh.isEmpty { return }
        let taken = argument.gather(fresh)
        let owners = fresh.map { groups[Int($0)] }
        values.append(taken)
        self.groups.append(contentsOf: owners)
        inner.update(taken, groups: owners, at: place)
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? DistinctState else { preconditionFailure("states of different aggregates") }
        let (groups, values) = other.pairs(of: sources)
        update(values, groups: groups.map { targets[Int($0)] }, at: .start)
    }

    /// The values of some groups, with the place of each one's group in `wanted`.
    private func pairs(of wanted: [Int32]) -> (places: [Int32], values: Column) {
        let places = Dictionary(zip(wanted, 0..<Int32(wanted.count)), uniquingKeysWith: { first, _ in first })
        var found: (places: [Int32], rows: [Int32]) = ([], [])
        for (row, group) in groups.enumerated() {
            guard let place = places[group] else { continue }
            found.places.append(place)
            found.rows.append(Int32(truncatingIfNeeded: row))
        }
        return (found.places, values.isEmpty ? .nulls(type, count: 0) : Column.concatenated(values).gather(found.rows))
    }

    /// One list of values a group.
    func partial(of groups: [Int32]) -> [Column] {
        let (places, values) = pairs(of: groups)
        let order = places.indices.sorted { places[$0] < places[$1] }
        var offsets = [Int32](repeating: 0, count: groups.count + 1)
        for place in places { offsets[Int(place) + 1] += 1 }
        for index in 1..<offsets.count { offsets[index] += offsets[index - 1] }
        return [Column(.list(type), .list(offsets: offsets, values: values.gather(order.map { Int32($0) })))]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        let (offsets, values) = partial[0].lists
        update(values, groups: parentRows(offsets).map { groups[Int($0)] }, at: .start)
    }

    func finish() -> Evaluated { inner.finish() }
    var byteCount: Int { inner.byteCount + seen.byteCount + values.reduce(0) { $0 + $1.byteCount } + groups.count * 4 }
}

/// A value as bytes that are equal when the values are: for hashing, not for ordering.
enum RowKey {
    static func append(_ column: Column, _ row: Int, to key: inout [UInt8]) {
        if column.isNull(row) { return key.append(0) }
        key.append(1)
        switch column.storage {
        case .null: break
        case .boolean(let bits): key.append(bits[row] ? 1 : 0)
        case .int8(let values): raw(values[row], &key)
        case .int16(let values): raw(values[row], &key)
        case .int32(let values): raw(values[row], &key)
        case .int64(let values): raw(values[row], &key)
        case .float32(let values): raw(values[row].isNaN ? Float.nan : values[row] + 0, &key)
        case .float64(let values): raw(values[row].isNaN ? Double.nan : values[row] + 0, &key)
        case .decimal(let values): raw(values[row], &key)
        case .bytes(let rows): bytes(rows, row, &key)
        case .dictionary(let codes, let values): bytes(values, Int(codes[row]), &key)
        case .list(let offsets, let values):
            raw(offsets[row + 1] - offsets[row], &key)
            for element in offsets[row]..<offsets[row + 1] { append(values, Int(element), to: &key) }
        case .map(let offsets, let keys, let values):
            raw(offsets[row + 1] - offsets[row], &key)
            for entry in offsets[row]..<offsets[row + 1] {
                append(keys, Int(entry), to: &key)
                append(values, Int(entry), to: &key)
            }
        case .structure(let members, _): for member in members { append(member, row, to: &key) }
        case .choice(let tags, let alternatives):
            raw(tags[row], &key)
            append(alternatives[Int(tags[row])], row, to: &key)
        }
    }

    private static func bytes(_ rows: ByteRows, _ row: Int, _ key: inout [UInt8]) {
        raw(rows.length(row), &key)
        rows.withRow(row) { key.append(contentsOf: $0) }
    }

    private static func raw(_ value: some BitwiseCopyable, _ key: inout [UInt8]) {
        withUnsafeBytes(of: value) { key.append(contentsOf: $0) }
    }
}

/// A set of byte strings in one buffer, with open addressing. The hash is seeded per process, so input cannot aim at collisions.
struct KeyTable: Sendable {
    private var keys = ByteRows()
    /// Row of `keys`, or -1. A power of two of slots, at most half of them used.
    private var slots = [Int32](repeating: -1, count: 16)

    var count: Int { keys.count }
    var byteCount: Int { keys.data.count + keys.offsets.count * 4 + slots.count * 4 }

    /// Whether the key was not there yet.
    mutating func insert(_ key: [UInt8]) -> Bool {
        if keys.count * 2 >= slots.count { grow() }
        let inserted = key.withUnsafeBufferPointer { bytes -> Bool in
            var slot = Self.hash(bytes) & (slots.count - 1)
            while slots[slot] >= 0 {
                if keys.withRow(Int(slots[slot]), { $0.count == bytes.count && $0.elementsEqual(bytes) }) { return false }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = Int32(keys.count)
            return true
        }
        if inserted { keys.append(key) }
        return inserted
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for row in 0..<keys.count {
            var slot = keys.withRow(row, Self.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(row)
        }
    }

    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        return hasher.finalize()
    }
}
