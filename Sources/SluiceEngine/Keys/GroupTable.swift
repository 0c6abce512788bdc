import SluiceCore

/// Numbers the different keys of rows from 0 in order of appearance, and keeps the key columns of each. Nulls are equal.
///
/// Keys are held in the smallest form that all of them fit so far: packed into 8, 16 or 32 bytes, or as byte strings.
final class GroupTable {
    private enum Form {
        case packed8(KeyPacker, PackedKeyTable<PackedKey8>)
        case packed16(KeyPacker, PackedKeyTable<PackedKey16>)
        case packed32(KeyPacker, PackedKeyTable<PackedKey32>)
        /// One column of texts as it is; the key that is null has a number of its own.
        case text(ByteKeyTable)
        case encoded(ByteKeyTable)
    }

    private let types: [DataType]
    private var form: Form
    /// Ways to pack that were not tried yet.
    private var candidates: [KeyPacker]
    /// For `text`: the table's number of each group, and back.
    private var nullNumber: Int32 = -1
    private var keys: [ColumnPieces]
    private(set) var count = 0

    init(types: [DataType]) {
        self.types = types
        candidates = KeyPacker.candidates(types)
        keys = types.map { ColumnPieces($0) }
        form = .encoded(ByteKeyTable())
        form = nextForm()
    }

    var byteCount: Int {
        let table =
            switch form {
            case .packed8(_, let table): table.byteCount
            case .packed16(_, let table): table.byteCount
            case .packed32(_, let table): table.byteCount
            case .text(let table), .encoded(let table): table.byteCount
            }
        return table + keys.reduce(0) { $0 + $1.byteCount }
    }

    /// The key columns of all groups, by number.
    func keyColumns() -> [Column] { keys.map(\.joined) }

    /// Makes `keyColumns` cheap, until keys are added.
    func joinKeys() { for index in keys.indices { keys[index].join() } }

    /// The number of each row's key; new keys are added.
    ///
    /// - Parameter fresh: takes the first row of each new key, ascending.
    func number(_ columns: [Column], rowCount: Int, fresh: inout [Int32]) -> [Int32] {
        fresh.removeAll(keepingCapacity: true)
        if types.isEmpty {
            if count == 0, rowCount > 0 {
                fresh.append(0)
                count = 1
            }
            return [Int32](repeating: 0, count: rowCount)
        }
        var numbers = lookUp(columns, rowCount, &fresh)
        while numbers == nil {
            form = nextForm()
            rebuild()
            numbers = lookUp(columns, rowCount, &fresh)
        }
        if !fresh.isEmpty {
            let isAll = fresh.count == rowCount
            for (index, column) in columns.enumerated() { keys[index].append(isAll ? column : column.gather(fresh)) }
            count += fresh.count
        }
        return numbers ?? []
    }

    /// The number of each row's key, -1 for unknown ones.
    func find(_ columns: [Column], rowCount: Int) -> [Int32] {
        switch form {
        case .packed8(let packer, let table): return find(columns, rowCount, packer, table)
        case .packed16(let packer, let table): return find(columns, rowCount, packer, table)
        case .packed32(let packer, let table): return find(columns, rowCount, packer, table)
        case .text(let table):
            return [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                let column = columns[0].flattened
                if case .bytes(let rows) = column.storage { table.find(rows, column.validity, into: numbers.baseAddress!) }
                afterNull(numbers, column.validity)
                filled = rowCount
            }
        case .encoded(let table):
            return [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                table.find(HashKeyEncoder.encode(columns, rowCount: rowCount), nil, into: numbers.baseAddress!)
                filled = rowCount
            }
        }
    }

    // MARK: Forms

    private func nextForm() -> Form {
        guard !candidates.isEmpty else {
            return types.count == 1 && (types[0] == .string || types[0] == .binary) ? .text(ByteKeyTable()) : .encoded(ByteKeyTable())
        }
        let packer = candidates.removeFirst()
        return switch packer.words {
        case 1: .packed8(packer, PackedKeyTable())
        case 2: .packed16(packer, PackedKeyTable())
        default: .packed32(packer, PackedKeyTable())
        }
    }

    /// Puts all groups into a form that is still empty; where one does not fit, into the next.
    private func rebuild() {
        guard count > 0 else { return }
        let columns = keyColumns()
        var fresh: [Int32] = []
        while lookUp(columns, count, &fresh) == nil { form = nextForm() }
    }

    /// Nil where a key does not fit the form.
    private func lookUp(_ columns: [Column], _ rowCount: Int, _ fresh: inout [Int32]) -> [Int32]? {
        switch form {
        case .packed8(let packer, let table): return number(columns, rowCount, packer, table, &fresh)
        case .packed16(let packer, let table): return number(columns, rowCount, packer, table, &fresh)
        case .packed32(let packer, let table): return number(columns, rowCount, packer, table, &fresh)
        case .text(let table): return number(columns[0], rowCount, table, &fresh)
        case .encoded(let table):
            return [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                guard let base = numbers.baseAddress else { return }
                table.number(HashKeyEncoder.encode(columns, rowCount: rowCount), nil, into: base, fresh: &fresh)
                filled = rowCount
            }
        }
    }

    private func number<Key>(
        _ columns: [Column], _ rowCount: Int, _ packer: KeyPacker, _ table: PackedKeyTable<Key>, _ fresh: inout [Int32]
    ) -> [Int32]? {
        withPacked(columns, rowCount, packer, Key.self) { keys in
            [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                guard let base = numbers.baseAddress else { return }
                table.number(keys, into: base, fresh: &fresh)
                filled = rowCount
            }
        }
    }

    private func find<Key>(_ columns: [Column], _ rowCount: Int, _ packer: KeyPacker, _ table: PackedKeyTable<Key>) -> [Int32] {
        let found: [Int32]? = withPacked(columns, rowCount, packer, Key.self) { keys in
            [Int32](unsafeUninitializedCapacity: rowCount) { numbers, filled in
                guard let base = numbers.baseAddress else { return }
                table.find(keys, into: base)
                filled = rowCount
            }
        }
        if let found { return found }
        // Some key does not fit the form: it is not there, and the others are looked up one by one.
        return (0..<rowCount).map { row in
            let single = columns.map { $0.slice(row..<row + 1) }
            return withPacked(single, 1, packer, Key.self) { keys in
                var number: Int32 = -1
                table.find(keys, into: &number)
                return number
            } ?? -1
        }
    }

    private func withPacked<Key: PackedKey, Result>(
        _ columns: [Column], _ rowCount: Int, _ packer: KeyPacker, _ type: Key.Type, _ body: (UnsafeBufferPointer<Key>) -> Result
    ) -> Result? {
        withUnsafeTemporaryAllocation(of: Key.self, capacity: max(1, rowCount)) { keys in
            guard packer.pack(columns, rowCount: rowCount, into: UnsafeMutableRawPointer(keys.baseAddress!)) else { return nil }
            return body(UnsafeBufferPointer(start: keys.baseAddress!, count: rowCount))
        }
    }

    // MARK: One column of texts

    /// The table gives numbers to texts only; those behind the null's are one higher here.
    private func number(_ column: Column, _ rowCount: Int, _ table: ByteKeyTable, _ fresh: inout [Int32]) -> [Int32]? {
        if case .dictionary(let codes, let values) = column.storage, values.count <= rowCount {
            return number(codes, values, column.validity, table, &fresh)
        }
        let column = column.flattened
        guard case .bytes(let rows) = column.storage else { preconditionFailure("a text column has bytes") }
        return number(rows, column.validity, table, &fresh)
    }

    private func number(_ rows: ByteRows, _ validity: Bitmap?, _ table: ByteKeyTable, _ fresh: inout [Int32]) -> [Int32] {
        let known = table.count + (nullNumber < 0 ? 0 : 1)
        return [Int32](unsafeUninitializedCapacity: rows.count) { numbers, filled in
            guard let base = numbers.baseAddress else { return }
            table.number(rows, validity, into: base, fresh: &fresh)
            if nullNumber < 0, let firstNull = validity.flatMap({ (~$0).setPositions.first }) {
                // The null stands where it appeared among the new keys.
                let place = fresh.firstIndex { $0 > firstNull } ?? fresh.count
                fresh.insert(firstNull, at: place)
                nullNumber = Int32(known + place)
            }
            afterNull(numbers, validity)
            filled = rows.count
        }
    }

    private func afterNull(_ numbers: UnsafeMutableBufferPointer<Int32>, _ validity: Bitmap?) {
        guard nullNumber >= 0 else { return }
        for row in numbers.indices where numbers[row] >= nullNumber { numbers[row] += 1 }
        if let validity { (~validity).forEachSet { numbers[$0] = nullNumber } }
    }

    /// Looks up each value that is used once.
    private func number(
        _ codes: [Int32], _ values: ByteRows, _ validity: Bitmap?, _ table: ByteKeyTable, _ fresh: inout [Int32]
    ) -> [Int32] {
        var places = [Int32](repeating: -1, count: values.count)
        var nullPlace: Int32 = -1
        var used: [Int32] = []
        var firstRows: [Int32] = []
        for (row, code) in codes.enumerated() {
            let isNull = validity.map { !$0[row] } ?? false
            guard isNull ? nullPlace < 0 : places[Int(code)] < 0 else { continue }
            if isNull { nullPlace = Int32(used.count) } else { places[Int(code)] = Int32(used.count) }
            used.append(isNull ? -1 : code)
            firstRows.append(Int32(truncatingIfNeeded: row))
        }
        let column = Column(.binary, .bytes(values)).gatherOrNull(used)
        guard case .bytes(let rows) = column.storage else { preconditionFailure("bytes stay bytes") }
        let numbers = number(rows, column.validity, table, &fresh)
        for index in fresh.indices { fresh[index] = firstRows[Int(fresh[index])] }
        return codes.enumerated().map { row, code in
            let isNull = validity.map { !$0[row] } ?? false
            return numbers[Int(isNull ? nullPlace : places[Int(code)])]
        }
    }
}

/// A column that grows piece by piece; small pieces are joined on the way.
struct ColumnPieces {
    private let type: DataType
    private var pieces: [Column] = []

    init(_ type: DataType) { self.type = type }

    var byteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }

    mutating func append(_ column: Column) {
        pieces.append(column.flattened)
        while pieces.count > 1, pieces[pieces.count - 2].count < 2 * pieces[pieces.count - 1].count {
            let last = pieces.removeLast()
            pieces[pieces.count - 1] = .concatenated([pieces[pieces.count - 1], last])
        }
    }

    var joined: Column { pieces.isEmpty ? .nulls(type, count: 0) : .concatenated(pieces) }

    mutating func join() { if pieces.count > 1 { pieces = [joined] } }
}
