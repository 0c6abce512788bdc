import SluiceCore
import SluiceStreams

/// Reads a PutRecords request in JSON straight from its bytes: the payloads go from base 64 into one buffer, and no value is made of a record.
///
/// It takes what clients write: the members that the operation has, texts without escapes, whole groups of base 64. Anything else is nil, and
/// the way over values says what is wrong with it, or takes it.
struct PutScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    static func scan(_ bytes: [UInt8]) -> PutRequest? {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = PutScanner(buffer)
            return scanner.request()
        }
    }

    private mutating func request() -> PutRequest? {
        var request = PutRequest(stream: StreamReference())
        guard take("{") else { return nil }
        var hasRecords = false
        repeat {
            guard let name = text(), take(":") else { return nil }
            switch name.count {
            case 7 where matches(name, "Records"):
                guard !hasRecords, records(into: &request.entries) else { return nil }
                hasRecords = true
            case 10 where matches(name, "StreamName"):
                guard let value = text().map({ String(decoding: bytes[$0], as: UTF8.self) }), Rules.isName(value) else { return nil }
                request.stream.name = value
            case 9 where matches(name, "StreamARN"):
                guard let value = text().map({ String(decoding: bytes[$0], as: UTF8.self) }), ResourceName(value) != nil else { return nil }
                request.stream.arn = value
            default: return nil
            }
        } while take(",")
        guard take("}"), hasRecords else { return nil }
        skipBlanks()
        return place == bytes.count ? request : nil
    }

    private mutating func records(into entries: inout PutEntries) -> Bool {
        guard take("[") else { return false }
        entries.payload.reserveCapacity(bytes.count / 4 * 3)
        repeat {
            guard entries.count < StreamLimits.putRecords, record(into: &entries) else { return false }
        } while take(",")
        return take("]")
    }

    private mutating func record(into entries: inout PutEntries) -> Bool {
        guard take("{") else { return false }
        var (data, key, hash) = (Range<Int>?.none, Range<Int>?.none, Range<Int>?.none)
        repeat {
            guard let name = text(), take(":"), let value = text() else { return false }
            switch name.count {
            case 4 where data == nil && matches(name, "Data"): data = value
            case 12 where key == nil && matches(name, "PartitionKey"): key = value
            case 15 where hash == nil && matches(name, "ExplicitHashKey"): hash = value
            default: return false
            }
        } while take(",")
        guard take("}"), let data, let key, (1...256).contains(key.count), isPlain(key) else { return false }
        let start = entries.payload.count
        guard decode(data, into: &entries.payload) else { return false }
        entries.starts.append(Int32(start))
        entries.ends.append(Int32(entries.payload.count))
        entries.keys.append(UnsafeBufferPointer(rebasing: bytes[key]))
        if let hash {
            guard let number = hashKey(hash) else { return false }
            while entries.hashKeys.count < entries.count - 1 { entries.hashKeys.append(nil) }
            entries.hashKeys.append(number)
        } else if !entries.hashKeys.isEmpty {
            entries.hashKeys.append(nil)
        }
        return true
    }

    private func hashKey(_ range: Range<Int>) -> UInt128? {
        guard range.count == 1 || bytes[range.lowerBound] != 0x30, range.count <= 39 else { return nil }
        return UInt128(String(decoding: bytes[range], as: UTF8.self))
    }

    /// Whether a text is ASCII, so that bytes and characters are the same.
    private func isPlain(_ range: Range<Int>) -> Bool {
        for byte in bytes[range] where byte >= 0x80 { return false }
        return true
    }

    // MARK: Base 64

    /// The value of each digit; 255 for a byte that is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            values[Int(digit)] = UInt8(value)
        }
        return values
    }()

    /// - Returns: False for what is not whole, padded base 64.
    private func decode(_ range: Range<Int>, into payload: inout [UInt8]) -> Bool {
        guard range.count % 4 == 0 else { return false }
        if range.isEmpty { return true }
        var end = range.upperBound
        if bytes[end - 1] == UInt8(ascii: "=") { end -= bytes[end - 2] == UInt8(ascii: "=") ? 2 : 1 }
        let whole = (end - range.lowerBound) / 4
        let rest = (end - range.lowerBound) % 4
        guard rest != 1 else { return false }
        let count = whole * 3 + max(0, rest - 1)
        let source = UnsafeBufferPointer(rebasing: bytes[range.lowerBound..<end])
        let isGood = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count + 3) { target -> Bool in
            guard Self.decode(source, whole: whole, rest: rest, into: target) else { return false }
            payload.append(contentsOf: UnsafeBufferPointer(rebasing: target[..<count]))
            return true
        }
        return isGood
    }

    private static func decode(
        _ source: UnsafeBufferPointer<UInt8>, whole: Int, rest: Int, into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        values.withUnsafeBufferPointer { values in
            var bad: UInt8 = 0
            for group in 0..<whole {
                let (a, b, c, d) = (
                    values[Int(source[group &* 4])], values[Int(source[group &* 4 &+ 1])], values[Int(source[group &* 4 &+ 2])],
                    values[Int(source[group &* 4 &+ 3])]
                )
                bad |= (a | b | c | d) & 0x80
                target.initializeElement(at: group &* 3, to: a << 2 | b >> 4)
                target.initializeElement(at: group &* 3 &+ 1, to: b << 4 | c >> 2)
                target.initializeElement(at: group &* 3 &+ 2, to: c << 6 | d)
            }
            if rest > 0 {
                let a = values[Int(source[whole * 4])]
                let b = values[Int(source[whole * 4 + 1])]
                let c = rest == 3 ? values[Int(source[whole * 4 + 2])] : 0
                bad |= (a | b | c) & 0x80
                target.initializeElement(at: whole * 3, to: a << 2 | b >> 4)
                target.initializeElement(at: whole * 3 + 1, to: b << 4 | c >> 2)
            }
            return bad == 0
        }
    }

    // MARK: JSON

    /// The inside of a text without escapes.
    private mutating func text() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = place
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                place += 1
                return start..<place - 1
            }
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
            place += 1
        }
        return nil
    }

    private func matches(_ range: Range<Int>, _ name: StaticString) -> Bool {
        for offset in 0..<range.count where bytes[range.lowerBound + offset] != name.utf8Start[offset] { return false }
        return true
    }

    /// Takes a mark and the blanks around it.
    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
        place += 1
        return true
    }

    private mutating func skipBlanks() {
        while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0A || bytes[place] == 0x0D || bytes[place] == 0x09 {
            place += 1
        }
    }
}
