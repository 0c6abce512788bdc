/// Walks over tags and values.
struct ProtoWire {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    var isAtEnd: Bool { place == bytes.endIndex }
    /// What is left.
    var rest: ArraySlice<UInt8> { bytes[place...] }

    mutating func tag(_ path: FieldPath) throws(PayloadFault) -> (number: Int, type: UInt8) {
        let tag = try varint(path)
        guard let number = Int(exactly: tag >> 3), ProtoLimits.numbers.contains(number) else {
            throw PayloadFault(path.text, "\(tag >> 3) is no number of a field")
        }
        return (number, UInt8(tag & 7))
    }

    mutating func varint(_ path: FieldPath) throws(PayloadFault) -> UInt64 {
        var bits: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard place < bytes.endIndex else { throw cut(path) }
            let byte = bytes[place]
            place += 1
            if shift == 63, byte > 1 { break }
            bits |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return bits }
        }
        throw PayloadFault(path.text, "a number has more than 64 bits")
    }

    mutating func fixed(_ count: Int, _ path: FieldPath) throws(PayloadFault) -> UInt64 {
        guard bytes.endIndex - place >= count else { throw cut(path) }
        place += count
        return bytes[place - count..<place].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func counted(_ path: FieldPath) throws(PayloadFault) -> ArraySlice<UInt8> {
        let count = try varint(path)
        guard count <= UInt64(bytes.endIndex - place) else {
            throw PayloadFault(path.text, "a length of \(count) bytes is more than the \(bytes.endIndex - place) that are left")
        }
        place += Int(count)
        return bytes[place - Int(count)..<place]
    }

    /// What stands before the tag that ends a group.
    mutating func group(_ number: Int, _ path: FieldPath, _ depth: Int) throws(PayloadFault) -> ArraySlice<UInt8> {
        let start = place
        var open = [number]
        while let inner = open.last {
            guard open.count + depth < RegistryLimits.depth else {
                throw PayloadFault(path.text, "it is nested deeper than \(RegistryLimits.depth) levels")
            }
            let end = place
            let (next, type) = try tag(path)
            switch type {
            case 0: _ = try varint(path)
            case 1: _ = try fixed(8, path)
            case 2: _ = try counted(path)
            case 3: open.append(next)
            case 4:
                guard next == inner else { throw PayloadFault(path.text, "a group ends that did not begin") }
                open.removeLast()
                if open.isEmpty { return bytes[start..<end] }
            case 5: _ = try fixed(4, path)
            default: throw PayloadFault(path.text, "there is no wire type \(type)")
            }
        }
        return bytes[start..<place]
    }

    private func cut(_ path: FieldPath) -> PayloadFault { PayloadFault(path.text, "the record ends within it") }
}
