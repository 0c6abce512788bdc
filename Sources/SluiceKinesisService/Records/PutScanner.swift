import SluiceCore
import SluiceStreams

/// Reads a PutRecords request in JSON straight from its bytes: the payloads go from base 64 into one buffer, and no value is made of a record.
///
/// It takes what clients write: the members that the operation has, texts without escapes, whole groups of base 64. Anything else is nil, and
/// the way over values says what is wrong with it, or takes it.
///
/// - Invariant: `payload` has room for three bytes for each four that are left to read, and for `Base64.slack` more.
struct PutScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var place = 0
    /// Where payloads go, one behind another.
    private let payload: UnsafeMutableRawBufferPointer
    private var filled = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>, _ payload: UnsafeMutableRawBufferPointer) {
        self.bytes = bytes
        self.payload = payload
    }

    static func scan(_ bytes: [UInt8]) -> PutRequest? {
        bytes.withUnsafeBufferPointer { buffer in
            var request: PutRequest?
            let payload = [UInt8](unsafeUninitializedCapacity: buffer.count / 4 * 3 + Base64.slack) { target, filled in
                var scanner = PutScanner(buffer, UnsafeMutableRawBufferPointer(target))
                request = scanner.request()
                filled = scanner.filled
            }
            request?.entries.payload = payload
            return request
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
        repeat {
            guard entries.count < StreamLimits.putRecords, record(into: &entries) else { return false }
        } while take(",")
        return take("]")
    }

    private mutating func record(into entries: inout PutEntries) -> Bool {
        guard take("{") else { return false }
        var (data, key, hash) = (Range<Int>?.none, Range<Int>?.none, Range<Int>?.none)
        repeat {
            guard let name = text(), take(":") else { return false }
            let value: Range<Int>?
            switch name.count {
            case 4 where data == nil && matches(name, "Data"):
                value = blob()
                data = value
            case 12 where key == nil && matches(name, "PartitionKey"):
                value = text()
                key = value
            case 15 where hash == nil && matches(name, "ExplicitHashKey"):
                value = text()
                hash = value
            default: return false
            }
            if value == nil { return false }
        } while take(",")
        guard take("}"), let data, let key, (1...256).contains(key.count), isPlain(key) else { return false }
        entries.starts.append(Int32(data.lowerBound))
        entries.ends.append(Int32(data.upperBound))
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

    /// Decodes a text of whole, padded base 64, in one pass with the search for its end.
    ///
    /// - Returns: Where its bytes are in `payload`; nil for anything else.
    private mutating func blob() -> Range<Int>? {
        guard take("\"") else { return nil }
        let start = filled
        let groups = Base64.decodeGroups(UnsafeBufferPointer(rebasing: bytes[place...]), into: rest)
        place += groups * 4
        filled += groups * 3
        guard place < bytes.count else { return nil }
        if bytes[place] != UInt8(ascii: "\"") {
            // The one group that may have padding is the last.
            guard place + 4 < bytes.count, bytes[place + 4] == UInt8(ascii: "\""),
                let count = Base64.decode(UnsafeBufferPointer(rebasing: bytes[place..<place + 4]), into: rest)
            else { return nil }
            place += 4
            filled += count
        }
        place += 1
        return start..<filled
    }

    private var rest: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: payload[filled...]) }

    /// A number as the service's rule has it, `0|([1-9]\d{0,38})`: no sign, which Swift takes.
    private func hashKey(_ range: Range<Int>) -> UInt128? {
        guard range.count <= 39, let first = bytes[range].first, (0x30...0x39).contains(first), range.count == 1 || first != 0x30
        else { return nil }
        return UInt128(String(decoding: bytes[range], as: UTF8.self))
    }

    /// Whether a text is ASCII, so that bytes and characters are the same.
    private func isPlain(_ range: Range<Int>) -> Bool {
        for byte in bytes[range] where byte >= 0x80 { return false }
        return true
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
