import SluiceCore
import SluiceExpressions
import SluicePipelines

/// What says which of two rows is first, beside where they stand in the input.
enum KeptRowOrder: Sendable {
    case place
    /// These columns of the row, of which 128 bits tell all.
    case digests([SortKey])
    /// A member with the order's key as bytes that compare as the keys do.
    case bytes(member: Int)
}

/// The row of each group that is kept: the first or last by an order, or by where they stand in the input.
///
/// Its argument is the row as a struct, with the order's key behind its columns where that is one of bytes.
struct KeptRowState: AggregateState {
    private let type: DataType
    private let keepsLast: Bool
    private let order: KeptRowOrder
    private var kept: PickedRows
    /// What the order says of the row that is kept: its digest, or the first 16 bytes of its key, filled up with zeros.
    private var prefixes: [UInt128] = []
    private(set) var places: [RowPlace] = []
    private var winners = BatchWinners()

    private static let none = RowPlace(position: 0, row: -1)

    init(_ type: DataType, keepsLast: Bool, order: KeptRowOrder) {
        self.type = type
        self.keepsLast = keepsLast
        self.order = order
        kept = PickedRows(type)
    }

    mutating func resize(groups: Int) {
        kept.resize(groups: groups)
        winners.resize(groups: groups)
        guard groups > places.count else { return }
        places.append(contentsOf: repeatElement(Self.none, count: groups - places.count))
        if case .place = order { return }
        prefixes.append(contentsOf: repeatElement(0, count: groups - prefixes.count))
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument else { return }
        take(argument, groups) { RowPlace(position: place.position, row: place.row + Int64($0)) }
    }

    @inline(__always)
    private mutating func take(_ column: Column, _ groups: [Int32], _ place: (Int) -> RowPlace) {
        switch order {
        case .place:
            for (row, group) in groups.enumerated() {
                let offered = place(row)
                let held = places[Int(group)]
                if held.row >= 0, (held < offered) != keepsLast { continue }
                places[Int(group)] = offered
                winners.set(group, row)
            }
        case .digests(let keys):
            guard case .structure(let members, let count) = column.storage else { preconditionFailure("a row is a struct") }
            let digests = SortDigests(SortWords(members, keys), 0..<count, keyCount: keys.count)
            take(groups, digests.values, nil, place)
        case .bytes(let member):
            guard let keys = column.textMember(member) else { preconditionFailure("an order's key is bytes") }
            take(groups, (0..<keys.count).map { keys.prefix($0) }, (keys, member), place)
        }
        kept.replace(winners.groups, with: winners.rows, of: column)
        winners.clear()
    }

    /// - Parameter whole: the keys of which the prefixes are the first 16 bytes, and the member that they are; nil where prefixes tell all.
    @inline(__always)
    private mutating func take(
        _ groups: [Int32], _ offeredPrefixes: [UInt128], _ whole: (keys: ByteRows, member: Int)?, _ place: (Int) -> RowPlace
    ) {
        for (row, group) in groups.enumerated() {
            let prefix = offeredPrefixes[row]
            let offered = place(row)
            let held = places[Int(group)]
            if held.row >= 0 {
                let heldPrefix = prefixes[Int(group)]
                if prefix != heldPrefix {
                    if (prefix > heldPrefix) != keepsLast { continue }
                } else {
                    let order = whole.map { self.order($0.keys, row, group, $0.member) } ?? 0
                    if (order == 0 ? held < offered : order > 0) != keepsLast { continue }
                }
            }
            places[Int(group)] = offered
            prefixes[Int(group)] = prefix
            winners.set(group, row)
        }
    }

    /// How a row's key stands to that of the row that its group keeps so far, which is of the same batch or was kept before.
    private func order(_ keys: ByteRows, _ row: Int, _ group: Int32, _ member: Int) -> Int {
        if keys.length(row) <= 16 { return 0 }
        if let other = winners.row(of: group) { return keys.order(row, keys, other) }
        guard let (piece, place) = kept.place(of: Int(group)), let others = piece.textMember(member) else { return 0 }
        return keys.order(row, others, place)
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? KeptRowState else { preconditionFailure("states of different steps") }
        let places = other.places
        take(other.kept.values(of: sources), targets) { places[Int(sources[$0])] }
    }

    func partial(of groups: [Int32]) -> [Column] {
        let held = groups.map { places[Int($0)] }
        return [kept.values(of: groups), .integers(held.map { Int64(bitPattern: $0.position) }), .integers(held.map(\.row))]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        guard case .int64(let positions) = partial[1].storage, case .int64(let rows) = partial[2].storage else { return }
        take(partial[0], groups) { RowPlace(position: UInt64(bitPattern: positions[$0]), row: rows[$0]) }
    }

    func finish() -> Evaluated { Evaluated(column: kept.values(of: (0..<Int32(places.count)).map { $0 })) }
    var byteCount: Int { kept.byteCount + places.capacity * 16 + prefixes.capacity * 16 + winners.byteCount }
}

extension Column {
    /// A member of a struct column that holds bytes.
    fileprivate func textMember(_ index: Int) -> ByteRows? {
        guard case .structure(let members, _) = storage, case .bytes(let rows) = members[index].flattened.storage else { return nil }
        return rows
    }
}

extension ByteRows {
    /// The first 16 bytes of a row as a number, filled up with zeros.
    fileprivate func prefix(_ row: Int) -> UInt128 {
        withRow(row) { bytes in
            var prefix: UInt128 = 0
            for index in 0..<16 { prefix = prefix << 8 | UInt128(index < bytes.count ? bytes[index] : 0) }
            return prefix
        }
    }

    /// Negative, 0 or positive, as the bytes of a row stand before, at or behind those of another.
    fileprivate func order(_ row: Int, _ other: ByteRows, _ otherRow: Int) -> Int {
        withRow(row) { a in
            other.withRow(otherRow) { b in a.lexicographicallyPrecedes(b) ? -1 : b.lexicographicallyPrecedes(a) ? 1 : 0 }
        }
    }
}
