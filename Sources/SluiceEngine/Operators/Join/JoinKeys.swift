import SluiceCore

/// Numbers the different keys of a table's rows from 0 in order of appearance, and finds the numbers of others. No key has a null.
///
/// Keys are held in the smallest form that all of them fit: an array over their range, packed into 8, 16 or 32 bytes, or as byte strings.
final class JoinKeys: @unchecked Sendable {
    private enum Form {
        /// There are no key columns: all rows have one key.
        case same
        /// Integers that lie close together: the number of each from `least` on, or -1.
        case dense(least: Int64, numbers: [Int32])
        case packed8(KeyPacker, PackedKeyTable<PackedKey8>)
        case packed16(KeyPacker, PackedKeyTable<PackedKey16>)
        case packed32(KeyPacker, PackedKeyTable<PackedKey32>)
        /// One column of texts as it is.
        case text(ByteKeyTable)
        case encoded(ByteKeyTable)
    }

    /// Rows that are packed at once while the table is built.
    private static let chunkRows = 1 << 14
    /// An array over a range of integers may be so much longer than there are rows.
    private static let denseFactor = 4

    private let form: Form
    /// Different keys.
    let count: Int

    /// Numbers the keys of a table; for each of its rows the number is in `numbers`.
    static func number(_ columns: [Column], rowCount: Int) -> (keys: JoinKeys, numbers: [Int32]) {
        let (form, numbers, count) = numbered(columns, rowCount)
        return (JoinKeys(form: form, count: count), numbers)
    }

    private init(form: Form, count: Int) {
        self.form = form
        self.count = count
    }

    var byteCount: Int {
        switch form {
        case .same: 0
        case .dense(_, let numbers): numbers.count * 4
        case .packed8(_, let table): table.byteCount
        case .packed16(_, let table): table.byteCount
        case .packed32(_, let table): table.byteCount
        case .text(let table), .encoded(let table): table.byteCount
        }
    }

    /// Bytes that the keys of so many rows take at most, before anything is known of them but their types and sizes.
    static func estimatedBytes(_ types: [DataType], rowCount: Int, keyBytes: Int) -> Int {
        let words = KeyPacker.candidates(types).first?.words
        // Up to four slots a key, and half of that again where a table grows slowly.
        let slot = words.map { $0 * 8 + 8 } ?? 8
        return rowCount * slot * 6 + (words == nil ? 2 * keyBytes + rowCount * 16 : 0)
    }

    // MARK: Building

    private static func numbered(_ columns: [Column], _ rowCount: Int) -> (Form, [Int32], Int) {
        if columns.isEmpty { return (.same, [Int32](repeating: 0, count: rowCount), min(rowCount, 1)) }
        let columns = columns.map(\.withoutValidity)
        if columns.count == 1, let dense = dense(columns[0], rowCount) { return dense }
        for packer in KeyPacker.candidates(columns.map(\.type)) {
            switch packer.words {
            case 1:
                let table = PackedKeyTable<PackedKey8>()
                if let numbers = number(columns, rowCount, packer, table) { return (.packed8(packer, table), numbers, table.count) }
            case 2:
                let table = PackedKeyTable<PackedKey16>()
                if let numbers = number(columns, rowCount, packer, table) { return (.packed16(packer, table), numbers, table.count) }
            default:
                let table = PackedKeyTable<PackedKey32>()
                if let numbers = number(columns, rowCount, packer, table) { return (.packed32(packer, table), numbers, table.count) }
            }
        }
        let table = ByteKeyTable()
        let isText = isText(columns)
        let numbers = inChunks(columns, rowCount) { columns, count, numbers in
            var fresh: [Int32] = []
            let rows = isText ? columns[0].plainBytes : HashKeyEncoder.encode(columns, rowCount: count)
            table.number(rows, nil, into: numbers, fresh: &fresh)
            return true
        }
        return (isText ? .text(table) : .encoded(table), numbers ?? [], table.count)
    }

    private static func isText(_ columns: [Column]) -> Bool {
        columns.count == 1 && (columns[0].type == .string || columns[0].type == .binary)
    }

    /// Nil where a key does not fit.
    private static func number<Key>(
        _ columns: [Column], _ rowCount: Int, _ packer: KeyPacker, _ table: PackedKeyTable<Key>
    ) -> [Int32]? {
        var fresh: [Int32] = []
        var isFirst = true
        return inChunks(columns, rowCount) { columns, count, numbers in
            fresh.removeAll(keepingCapacity: true)
            let isPacked = packer.withPacked(columns, count, Key.self) { table.number($0, into: numbers, fresh: &fresh) } != nil
            // Where most keys are new, a table that is made large at once saves moving them.
            if isFirst, fresh.count > count / 2 { table.reserve(rowCount) }
            isFirst = false
            return isPacked
        }
    }

    private static func inChunks(
        _ columns: [Column], _ rowCount: Int, _ body: ([Column], Int, UnsafeMutablePointer<Int32>) -> Bool
    ) -> [Int32]? {
        var isWhole = true
        let numbers = [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
            filled = rowCount
            for start in stride(from: 0, to: rowCount, by: chunkRows) {
                let rows = start..<min(start + chunkRows, rowCount)
                guard body(columns.map { $0.slice(rows) }, rows.count, numbers.baseAddress! + start) else {
                    (numbers.baseAddress! + start).initialize(repeating: -1, count: rowCount - start)
                    isWhole = false
                    return
                }
            }
        }
        return isWhole ? numbers : nil
    }

    private static func dense(_ column: Column, _ rowCount: Int) -> (Form, [Int32], Int)? {
        guard rowCount > 0, let values = column.integers, let least = values.min(), let most = values.max(),
            case (let span, false) = most.subtractingReportingOverflow(least), span < max(1024, rowCount * denseFactor)
        else { return nil }
        var table = [Int32](repeating: -1, count: Int(span) + 1)
        var count: Int32 = 0
        let numbers = values.map { value -> Int32 in
            let place = Int(value - least)
            if table[place] < 0 {
                table[place] = count
                count += 1
            }
            return table[place]
        }
        return (.dense(least: least, numbers: table), numbers, Int(count))
    }

    // MARK: Finding

    /// The number of each row's key, -1 for unknown ones; what is found for a row with a null means nothing.
    func find(_ columns: [Column], rowCount: Int) -> [Int32] {
        if count == 0 { return [Int32](repeating: -1, count: rowCount) }
        if columns.count == 1, case .dictionary(let codes, let values) = columns[0].storage, values.count <= rowCount {
            let numbers = find([Column(columns[0].type, .bytes(values))], rowCount: values.count)
            return codes.map { numbers[Int($0)] }
        }
        let columns = columns.map(\.withoutValidity)
        switch form {
        case .same: return [Int32](repeating: 0, count: rowCount)
        case .dense(let least, let numbers): return columns[0].integerPlaces(from: least, in: numbers)
        case .packed8(let packer, let table): return find(columns, rowCount, packer, table)
        case .packed16(let packer, let table): return find(columns, rowCount, packer, table)
        case .packed32(let packer, let table): return find(columns, rowCount, packer, table)
        case .text(let table): return find(columns[0].plainBytes, table)
        case .encoded(let table): return find(HashKeyEncoder.encode(columns, rowCount: rowCount), table)
        }
    }

    private func find(_ rows: ByteRows, _ table: ByteKeyTable) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: rows.count) { numbers, filled in
            if let base = numbers.baseAddress { table.find(rows, nil, into: base) }
            filled = rows.count
        }
    }

    private func find<Key>(_ columns: [Column], _ rowCount: Int, _ packer: KeyPacker, _ table: PackedKeyTable<Key>) -> [Int32] {
        let found: [Int32]? = packer.withPacked(columns, rowCount, Key.self) { keys in
            [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                if let base = numbers.baseAddress { table.find(keys, into: base) }
                filled = rowCount
            }
        }
        if let found { return found }
        // A text that is longer than all of the table's is not there. A dictionary may have long texts that no row uses.
        let flat = columns.map(\.flattened)
        let rows = packer.fitting(flat, rowCount: rowCount).setPositions
        precondition(rows.count < rowCount || !columns.allSatisfy(\.isFlat), "keys without nulls and with short texts can be packed")
        if rows.count == rowCount { return find(flat, rowCount, packer, table) }
        var numbers = [Int32](repeating: -1, count: rowCount)
        for (row, number) in zip(rows, find(flat.map { $0.gather(rows) }, rows.count, packer, table)) { numbers[Int(row)] = number }
        return numbers
    }
}

extension KeyPacker {
    /// Calls `body` with the keys of all rows; nil where one does not fit.
    fileprivate func withPacked<Key: PackedKey, Result>(
        _ columns: [Column], _ rowCount: Int, _ type: Key.Type, _ body: (UnsafeBufferPointer<Key>) -> Result
    ) -> Result? {
        withUnsafeTemporaryAllocation(of: Key.self, capacity: max(1, rowCount)) { keys in
            guard pack(columns, rowCount: rowCount, into: UnsafeMutableRawPointer(keys.baseAddress!)) else { return nil }
            return body(UnsafeBufferPointer(start: keys.baseAddress!, count: rowCount))
        }
    }
}
