import FoundationEssentials
import SluiceCore

/// Decodes rows of a batch into a `Decodable` type: property names are column names.
///
/// Columns are resolved once a batch. A value that does not fit throws a `RowError` that names the column.
struct RowDecoder {
    private let rows: RowColumns

    init(_ batch: Batch) { rows = RowColumns(batch.schema.fields, batch.columns) }

    func decode<Row: Decodable>(_: Row.Type, row: Int) throws -> Row {
        rows.startRow()
        return try Row(from: StructDecoder(rows: rows, row: row, codingPath: []))
    }
}

/// A struct of one row: the batch itself, or a member of it.
private struct StructDecoder: Decoder {
    let rows: RowColumns
    let row: Int
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(StructContainer<Key>(rows: rows, row: row, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported("an array") }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw unsupported("a single value") }

    private func unsupported(_ wanted: String) -> RowError {
        RowError(.valueDoesNotFit, "a row is a struct with named properties and cannot become \(wanted)")
    }
}

private struct StructContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let rows: RowColumns
    let row: Int
    let codingPath: [any CodingKey]

    var allKeys: [Key] { rows.allNames.compactMap(Key.init(stringValue:)) }
    func contains(_ key: Key) -> Bool { rows.position(of: key.stringValue) != nil }

    private func cell(_ key: Key) throws(RowError) -> (cell: Cell, position: Int) {
        let name = key.stringValue
        guard let position = rows.position(of: name) else {
            let remedy = Suggestion.nearest(to: name, in: rows.allNames).map { ", did you mean \"\($0)\"?" } ?? ""
            throw RowError(.unknownColumn, "there is no column \"\(rows.path(name))\"\(remedy)", column: name)
        }
        return (Cell(column: rows.columns[position], row: row, path: rows.path(name)), position)
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard let position = rows.position(of: key.stringValue) else { return true }
        return rows.columns[position].isNull(row)
    }

    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { try cell(key).cell.boolean() }
    func decode(_: String.Type, forKey key: Key) throws -> String { try cell(key).cell.text() }
    func decode(_: Double.Type, forKey key: Key) throws -> Double { try cell(key).cell.float(Double.self) }
    func decode(_: Float.Type, forKey key: Key) throws -> Float { try cell(key).cell.float(Float.self) }
    func decode(_: Int.Type, forKey key: Key) throws -> Int { try cell(key).cell.integer(Int.self) }
    func decode(_: Int8.Type, forKey key: Key) throws -> Int8 { try cell(key).cell.integer(Int8.self) }
    func decode(_: Int16.Type, forKey key: Key) throws -> Int16 { try cell(key).cell.integer(Int16.self) }
    func decode(_: Int32.Type, forKey key: Key) throws -> Int32 { try cell(key).cell.integer(Int32.self) }
    func decode(_: Int64.Type, forKey key: Key) throws -> Int64 { try cell(key).cell.integer(Int64.self) }
    func decode(_: UInt.Type, forKey key: Key) throws -> UInt { try cell(key).cell.integer(UInt.self) }
    func decode(_: UInt8.Type, forKey key: Key) throws -> UInt8 { try cell(key).cell.integer(UInt8.self) }
    func decode(_: UInt16.Type, forKey key: Key) throws -> UInt16 { try cell(key).cell.integer(UInt16.self) }
    func decode(_: UInt32.Type, forKey key: Key) throws -> UInt32 { try cell(key).cell.integer(UInt32.self) }
    func decode(_: UInt64.Type, forKey key: Key) throws -> UInt64 { try cell(key).cell.integer(UInt64.self) }

    func decode<Member: Decodable>(_ type: Member.Type, forKey key: Key) throws -> Member {
        let (cell, position) = try cell(key)
        if case .structure = cell.column.type, !cell.isNull, let child = rows.child(position, key: key.stringValue) {
            child.startRow()
            return try Member(from: StructDecoder(rows: child, row: row, codingPath: codingPath + [key]))
        }
        return try decodeCell(cell, as: type, codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        let (cell, position) = try cell(key)
        try cell.requireValue("nested value")
        guard let child = rows.child(position, key: key.stringValue) else { throw cell.mismatch("a nested value") }
        child.startRow()
        return KeyedDecodingContainer(StructContainer<Nested>(rows: child, row: row, codingPath: codingPath + [key]))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ListContainer(cell(key).cell, codingPath + [key])
    }

    func superDecoder() throws -> any Decoder { StructDecoder(rows: rows, row: row, codingPath: codingPath) }
    func superDecoder(forKey key: Key) throws -> any Decoder { CellDecoder(cell: try cell(key).cell, codingPath: codingPath + [key]) }
}

/// Any type from one cell: the ones with a meaning of their own first.
private func decodeCell<Member: Decodable>(_ cell: Cell, as type: Member.Type, _ path: [any CodingKey]) throws -> Member {
    if type == Date.self, let date = Date(timeIntervalSince1970: Double(try cell.micros("Date")) / 1_000_000) as? Member { return date }
    if type == CivilDate.self, let date = try cell.date() as? Member { return date }
    if type == [UInt8].self, case .binary = cell.column.type, let bytes = try cell.bytes() as? Member { return bytes }
    return try Member(from: CellDecoder(cell: cell, codingPath: path))
}

/// One cell on its own: an element of a list, an optional, an enumeration's raw value.
private struct CellDecoder: Decoder, SingleValueDecodingContainer {
    let cell: Cell
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try cell.requireValue("nested value")
        guard case .structure(let fields) = cell.column.type, case .structure(let members, _) = cell.column.storage else {
            throw cell.mismatch("a struct with named properties")
        }
        let rows = RowColumns(fields, members, prefix: cell.path + ".")
        return KeyedDecodingContainer(StructContainer<Key>(rows: rows, row: cell.row, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListContainer(cell, codingPath) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { cell.isNull }
    func decode(_: Bool.Type) throws -> Bool { try cell.boolean() }
    func decode(_: String.Type) throws -> String { try cell.text() }
    func decode(_: Double.Type) throws -> Double { try cell.float(Double.self) }
    func decode(_: Float.Type) throws -> Float { try cell.float(Float.self) }
    func decode(_: Int.Type) throws -> Int { try cell.integer(Int.self) }
    func decode(_: Int8.Type) throws -> Int8 { try cell.integer(Int8.self) }
    func decode(_: Int16.Type) throws -> Int16 { try cell.integer(Int16.self) }
    func decode(_: Int32.Type) throws -> Int32 { try cell.integer(Int32.self) }
    func decode(_: Int64.Type) throws -> Int64 { try cell.integer(Int64.self) }
    func decode(_: UInt.Type) throws -> UInt { try cell.integer(UInt.self) }
    func decode(_: UInt8.Type) throws -> UInt8 { try cell.integer(UInt8.self) }
    func decode(_: UInt16.Type) throws -> UInt16 { try cell.integer(UInt16.self) }
    func decode(_: UInt32.Type) throws -> UInt32 { try cell.integer(UInt32.self) }
    func decode(_: UInt64.Type) throws -> UInt64 { try cell.integer(UInt64.self) }
    func decode<Member: Decodable>(_ type: Member.Type) throws -> Member { try decodeCell(cell, as: type, codingPath) }
}

/// The elements of a list cell.
private struct ListContainer: UnkeyedDecodingContainer {
    private let values: Column
    private let range: Range<Int>
    private let path: String
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0

    init(_ cell: Cell, _ codingPath: [any CodingKey]) throws(RowError) {
        try cell.requireValue("array")
        guard case .list(let offsets, let values) = cell.column.storage else { throw cell.mismatch("an array") }
        self.values = values
        self.codingPath = codingPath
        range = Int(offsets[cell.row])..<Int(offsets[cell.row + 1])
        path = cell.path
    }

    var count: Int? { range.count }
    var isAtEnd: Bool { currentIndex >= range.count }

    private mutating func next() throws(RowError) -> Cell {
        guard !isAtEnd else { throw RowError(.valueDoesNotFit, "list \"\(path)\" has only \(range.count) elements", column: path) }
        defer { currentIndex += 1 }
        return Cell(column: values, row: range.lowerBound + currentIndex, path: "\(path)[\(currentIndex + 1)]")
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, values.isNull(range.lowerBound + currentIndex) else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Member: Decodable>(_ type: Member.Type) throws -> Member {
        let cell = try next()
        return try decodeCell(cell, as: type, codingPath)
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try CellDecoder(cell: next(), codingPath: codingPath).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try ListContainer(next(), codingPath) }
    mutating func superDecoder() throws -> any Decoder { CellDecoder(cell: try next(), codingPath: codingPath) }
}
