import SluiceCore

/// A small number for each row of a column, equal for equal values: 0, 1, … in order of first appearance. Null is a value of its own here.
struct RowCodes {
    private(set) var codes: [Int32]
    /// How many different ones there are.
    private(set) var count: Int

    /// - Complexity: O(rows), and a hash for each row that differs from the one before it.
    init(_ column: Column) {
        switch column.storage {
        case .null(let rows): self.init(codes: [Int32](repeating: 0, count: rows), count: rows == 0 ? 0 : 1)
        case .boolean(let bits): self.init((0..<bits.count).map { bits[$0] }, column.validity)
        case .int8(let values): self.init(values, column.validity)
        case .int16(let values): self.init(values, column.validity)
        case .int32(let values): self.init(values, column.validity)
        case .int64(let values): self.init(values, column.validity)
        case .float32(let values): self.init(values, column.validity)
        case .float64(let values): self.init(values, column.validity)
        case .decimal(let values): self.init(values, column.validity)
        case .bytes(let rows): self.init(rows, column.validity)
        case .dictionary: self.init(column.flattened)
        case .list, .structure, .map, .choice: preconditionFailure("a nested column cannot be a partition column")
        }
    }

    private init(codes: [Int32], count: Int) {
        self.codes = codes
        self.count = count
    }

    private init<Element: Hashable>(_ values: [Element], _ validity: Bitmap?) {
        var known: [Element: Int32] = [:]
        var null: Int32?
        var last: (value: Element, code: Int32)?
        var next: Int32 = 0
        codes = []
        codes.reserveCapacity(values.count)
        for (row, value) in values.enumerated() {
            if let validity, !validity[row] {
                codes.append(Self.take(&null, &next))
                continue
            }
            if let last, last.value == value {
                codes.append(last.code)
                continue
            }
            var code = known[value]
            if code == nil { known[value] = Self.take(&code, &next) }
            last = (value, code ?? 0)
            codes.append(code ?? 0)
        }
        count = Int(next)
    }

    private init(_ rows: ByteRows, _ validity: Bitmap?) {
        var table = DistinctRows()
        var null: Int32?
        var last: (row: Int, code: Int32)?
        var next: Int32 = 0
        codes = []
        codes.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            if let validity, !validity[row] {
                codes.append(Self.take(&null, &next))
                continue
            }
            if let last, rows.equals(row, rows, last.row) {
                codes.append(last.code)
                continue
            }
            let code = table.code(of: row, in: rows, next: &next)
            last = (row, code)
            codes.append(code)
        }
        count = Int(next)
    }

    private static func take(_ code: inout Int32?, _ next: inout Int32) -> Int32 {
        if let code { return code }
        defer { next += 1 }
        code = next
        return next
    }

    /// Codes for pairs: equal where both are.
    func combined(with other: RowCodes) -> RowCodes {
        let width = Int64(other.count)
        return RowCodes(zip(codes, other.codes).map { Int64($0) * width + Int64($1) }, nil)
    }

    /// The rows of each code, ascending.
    var rows: [[Int32]] {
        var sizes = [Int](repeating: 0, count: count)
        for code in codes { sizes[Int(code)] += 1 }
        var groups = sizes.map { size in
            var group: [Int32] = []
            group.reserveCapacity(size)
            return group
        }
        for (row, code) in codes.enumerated() { groups[Int(code)].append(Int32(truncatingIfNeeded: row)) }
        return groups
    }
}

/// Texts that were seen, by hash, as rows of the column that they stand in.
private struct DistinctRows {
    /// Row plus 1, or 0; open addressing.
    private var slots = [Int32](repeating: 0, count: 64)
    private var slotCodes = [Int32](repeating: 0, count: 64)
    private var used = 0

    mutating func code(of row: Int, in rows: ByteRows, next: inout Int32) -> Int32 {
        let mask = slots.count - 1
        var slot = rows.withRow(row) { Self.hash($0) } & mask
        while slots[slot] != 0 {
            if rows.equals(row, rows, Int(slots[slot] - 1)) { return slotCodes[slot] }
            slot = (slot + 1) & mask
        }
        let code = next
        next += 1
        slots[slot] = Int32(row + 1)
        slotCodes[slot] = code
        used += 1
        if used * 2 > slots.count { grow(rows) }
        return code
    }

    private mutating func grow(_ rows: ByteRows) {
        let (oldSlots, oldCodes) = (slots, slotCodes)
        slots = [Int32](repeating: 0, count: oldSlots.count * 4)
        slotCodes = slots
        let mask = slots.count - 1
        for (place, entry) in oldSlots.enumerated() where entry != 0 {
            var slot = rows.withRow(Int(entry - 1)) { Self.hash($0) } & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = entry
            slotCodes[slot] = oldCodes[place]
        }
    }

    /// FNV-1a with a last mix; decides nothing that is stored.
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash ^ hash &>> 32) & 0x7FFF_FFFF)
    }
}
