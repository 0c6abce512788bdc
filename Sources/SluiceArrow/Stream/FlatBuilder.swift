/// Writes the metadata of Arrow messages, which are FlatBuffers (flatbuffers.dev, "FlatBuffer Internals"): from their end to their begin, so that
/// what a table refers to is there before it. Places are distances from the end.
struct FlatBuilder {
    /// A field of a table.
    enum Value {
        case byte(UInt8)
        case short(Int16)
        case int(Int32)
        case long(Int64)
        /// Something that was written before.
        case place(Int)

        fileprivate var size: Int {
            switch self {
            case .byte: 1
            case .short: 2
            case .int, .place: 4
            case .long: 8
            }
        }
    }

    /// The bytes, the last one first.
    private var reversed: [UInt8] = []

    private var end: Int { reversed.count }

    /// Fills up, so that what is put behind `bytes` more begins at a multiple of `size`.
    private mutating func align(_ size: Int, behind bytes: Int = 0) {
        while (reversed.count + bytes) % size != 0 { reversed.append(0) }
    }

    private mutating func put(_ value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) { reversed.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    private mutating func put(place: Int) { put(UInt32(end + 4 - place)) }

    mutating func text(_ text: String) -> Int {
        align(4, behind: text.utf8.count + 1)
        reversed.append(0)
        reversed += text.utf8.reversed()
        put(UInt32(text.utf8.count))
        return end
    }

    mutating func vector(places: [Int]) -> Int {
        align(4, behind: places.count * 4)
        for place in places.reversed() { put(place: place) }
        put(UInt32(places.count))
        return end
    }

    mutating func vector(_ numbers: [Int32]) -> Int {
        align(4, behind: numbers.count * 4)
        for number in numbers.reversed() { put(number) }
        put(UInt32(numbers.count))
        return end
    }

    /// Structs of two numbers.
    mutating func vector(_ pairs: [(Int64, Int64)]) -> Int {
        align(4, behind: pairs.count * 16)
        align(8, behind: pairs.count * 16)
        for pair in pairs.reversed() {
            put(pair.1)
            put(pair.0)
        }
        put(UInt32(pairs.count))
        return end
    }

    /// - Parameter fields: By their numbers.
    mutating func table(_ fields: [(Int, Value)]) -> Int {
        let start = end
        var places: [Int: Int] = [:]
        for (number, value) in fields.sorted(by: { $0.1.size > $1.1.size }) {
            align(value.size)
            switch value {
            case .byte(let value): put(value)
            case .short(let value): put(value)
            case .int(let value): put(value)
            case .long(let value): put(value)
            case .place(let place): put(place: place)
            }
            places[number] = end
        }
        align(4)
        put(Int32(0))
        let table = end
        let count = (fields.map(\.0).max() ?? -1) + 1
        for number in (0..<count).reversed() { put(UInt16(places[number].map { table - $0 } ?? 0)) }
        put(UInt16(table - start))
        put(UInt16((count + 2) * 2))
        // The table begins with the way to what says where its fields are, which stands right in front of it.
        let way = UInt32(end - table)
        for index in 0..<4 { reversed[table - 1 - index] = UInt8(truncatingIfNeeded: way >> (8 * index)) }
        return table
    }

    /// The whole, of which a table is the root.
    mutating func finish(_ root: Int) -> [UInt8] {
        align(8, behind: 4)
        put(place: root)
        return reversed.reversed()
    }
}
