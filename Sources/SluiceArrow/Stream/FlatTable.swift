import SluiceCore

/// A table of a FlatBuffer that another program wrote; every way into it is checked.
struct FlatTable {
    private let bytes: [UInt8]
    private let position: Int
    private let fields: Int
    private let fieldsEnd: Int

    /// The root of a buffer.
    init(_ bytes: [UInt8]) throws(SluiceError) { try self.init(bytes, at: Int(try Self.load(UInt32.self, bytes, 0))) }

    private init(_ bytes: [UInt8], at position: Int) throws(SluiceError) {
        let way = Int(try Self.load(Int32.self, bytes, position))
        let fields = position - way
        let size = Int(try Self.load(UInt16.self, bytes, fields))
        guard size >= 4, fields + size <= bytes.count else { throw Self.broken }
        self.bytes = bytes
        self.position = position
        self.fields = fields
        fieldsEnd = fields + size
    }

    static var broken: SluiceError {
        SluiceError(.invalidArgument, "an Arrow message is damaged, or no message of an Arrow stream")
    }

    private static func load<Number: FixedWidthInteger>(_: Number.Type, _ bytes: [UInt8], _ place: Int) throws(SluiceError) -> Number {
        guard place >= 0, place <= bytes.count - MemoryLayout<Number>.size else { throw broken }
        return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self)) }
    }

    /// Where a field is; nil where it has its default.
    private func place(_ field: Int) throws(SluiceError) -> Int? {
        let entry = fields + 4 + 2 * field
        guard entry + 2 <= fieldsEnd else { return nil }
        let offset = Int(try Self.load(UInt16.self, bytes, entry))
        return offset == 0 ? nil : position + offset
    }

    func number<Number: FixedWidthInteger>(_ field: Int, or standard: Number) throws(SluiceError) -> Number {
        guard let place = try place(field) else { return standard }
        return try Self.load(Number.self, bytes, place)
    }

    func has(_ field: Int) throws(SluiceError) -> Bool { try place(field) != nil }

    /// What a field refers to.
    private func target(_ field: Int) throws(SluiceError) -> Int? {
        guard let place = try place(field) else { return nil }
        return place + Int(try Self.load(UInt32.self, bytes, place))
    }

    func table(_ field: Int) throws(SluiceError) -> FlatTable? {
        guard let target = try target(field) else { return nil }
        return try FlatTable(bytes, at: target)
    }

    func text(_ field: Int) throws(SluiceError) -> String? {
        guard let target = try target(field) else { return nil }
        let count = Int(try Self.load(UInt32.self, bytes, target))
        guard count <= ArrowLimits.nameBytes, count <= bytes.count - target - 4,
            let text = String(validating: bytes[(target + 4)..<(target + 4 + count)], as: UTF8.self)
        else { throw Self.broken }
        return text
    }

    /// Where the elements of a vector begin, and how many there are.
    private func vector(_ field: Int, elementBytes: Int) throws(SluiceError) -> (start: Int, count: Int) {
        guard let target = try target(field) else { return (0, 0) }
        let count = Int(try Self.load(UInt32.self, bytes, target))
        guard count <= (bytes.count - target - 4) / elementBytes else { throw Self.broken }
        return (target + 4, count)
    }

    func tables(_ field: Int) throws(SluiceError) -> [FlatTable] {
        let (start, count) = try vector(field, elementBytes: 4)
        guard count <= ArrowLimits.children else {
            throw SluiceError(.limitExceeded, "\(count) columns of an Arrow stream are more than \(ArrowLimits.children)")
        }
        var tables: [FlatTable] = []
        for index in 0..<count {
            let place = start + 4 * index
            tables.append(try FlatTable(bytes, at: place + Int(try Self.load(UInt32.self, bytes, place))))
        }
        return tables
    }

    func numbers(_ field: Int) throws(SluiceError) -> [Int32] {
        let (start, count) = try vector(field, elementBytes: 4)
        var numbers: [Int32] = []
        for index in 0..<count { numbers.append(try Self.load(Int32.self, bytes, start + 4 * index)) }
        return numbers
    }

    /// Structs of two numbers.
    func pairs(_ field: Int) throws(SluiceError) -> [(Int64, Int64)] {
        let (start, count) = try vector(field, elementBytes: 16)
        var pairs: [(Int64, Int64)] = []
        for index in 0..<count {
            let place = start + 16 * index
            pairs.append((try Self.load(Int64.self, bytes, place), try Self.load(Int64.self, bytes, place + 8)))
        }
        return pairs
    }
}
