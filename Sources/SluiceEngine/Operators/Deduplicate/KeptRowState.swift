import SluiceCore
import SluiceExpressions

/// The row of each group that is kept: the first or last by an order, or by where they stand in the input.
///
/// Its argument is the row as a struct, with the order's key behind its columns where there is an order.
struct KeptRowState: AggregateState {
    private let type: DataType
    private let keepsLast: Bool
    /// The member with the order's key as bytes that compare as the keys do.
    private let orderMember: Int?
    private var kept: PickedRows
    /// The first 16 bytes of the key of the row that is kept, filled up with zeros: most rows are told apart by these.
    private var prefixes: [UInt128] = []
    private(set) var places: [RowPlace] = []
    private var winners = BatchWinners()

    private static let none = RowPlace(position: 0, row: -1)

    init(_ type: DataType, keepsLast: Bool, orderMember: Int?) {
        self.type = type
        self.keepsLast = keepsLast
        self.orderMember = orderMember
        kept = PickedRows(type)
    }

    mutating func resize(groups: Int) {
        kept.resize(groups: groups)
        winners.resize(groups: groups)
        guard groups > places.count else { return }
        places.append(contentsOf: repeatElement(Self.none, count: groups - places.count))
        if orderMember != nil { prefixes.append(contentsOf: repeatElement(0, count: groups - prefixes.count)) }
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument else { return }
        take(argument, groups, (0..<groups.count).map { RowPlace(position: place.position, row: place.row + Int64($0)) })
    }

    private mutating func take(_ column: Column, _ groups: [Int32], _ offered: [RowPlace]) {
        let keys = orderMember.flatMap { column.textMember($0) }
        for (row, group) in groups.enumerated() {
            let prefix = keys.map { $0.prefix(row) } ?? 0
            if places[Int(group)].row >= 0 {
                var order = keys.map { self.order($0, row, prefix, group) } ?? 0
                if order == 0 { order = offered[row] < places[Int(group)] ? -1 : 1 }
                if (order > 0) != keepsLast { continue }
            }
            places[Int(group)] = offered[row]
            if keys != nil { prefixes[Int(group)] = prefix }
            winners.set(group, row)
        }
        kept.replace(winners.groups, with: winners.rows, of: column)
        winners.clear()
    }

    /// How a row's key stands to that of the row that its group keeps so far, which is of the same batch or was kept before.
    private func order(_ keys: ByteRows, _ row: Int, _ prefix: UInt128, _ group: Int32) -> Int {
        if prefix != prefixes[Int(group)] { return prefix < prefixes[Int(group)] ? -1 : 1 }
        if keys.length(row) <= 16 { return 0 }
        if let other = winners.row(of: group) { return keys.order(row, keys, other) }
        guard let (piece, place) = kept.place(of: Int(group)), let others = orderMember.flatMap({ piece.textMember($0) }) else { return 0 }
        return keys.order(row, others, place)
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? KeptRowState else { preconditionFailure("states of different steps") }
        take(other.kept.values(of: sources), targets, sources.map { other.places[Int($0)] })
    }

    func partial(of groups: [Int32]) -> [Column] {
        let held = groups.map { places[Int($0)] }
        return [kept.values(of: groups), .integers(held.map { Int64(bitPattern: $0.position) }), .integers(held.map(\.row))]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        guard case .int64(let positions) = partial[1].storage, case .int64(let rows) = partial[2].storage else { return }
        take(partial[0], groups, zip(positions, rows).map { RowPlace(position: UInt64(bitPattern: $0), row: $1) })
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
