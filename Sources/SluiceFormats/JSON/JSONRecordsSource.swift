import SluiceCore

/// Gives of a document the values that a path leads to, one after another, and the line ends of all the rest, so that lines stay what they
/// were. Nothing but brackets and texts is looked at outside of the values.
struct JSONRecordsSource: ByteSource, Sendable {
    /// An open list or object on the path.
    private struct Frame: Sendable {
        var isArray: Bool
        /// Of the element that comes next.
        var index = 0
        /// The value that comes next is on the path.
        var leadsOn = false
        var expectsKey: Bool
    }

    private let path: JSONRecordsPath
    private let name: String
    private var source: InputBytes
    private var output: [UInt8] = []
    private var given = 0
    private var isAtEnd = false
    private var line = 1

    /// Open lists and objects, those of the path among them.
    private var depth = 0
    private var frames: [Frame] = []
    /// The depth that a value on the path began at; nil: none is open.
    private var valueDepth: Int?
    private var isScalar = false
    private var isInString = false
    private var isEscaped = false
    /// The bytes of a key that may lead on.
    private var key: [UInt8]?
    /// A number or word is open.
    private var isInWord = false

    private static let mostKeyBytes = 64 << 10

    init(_ source: InputBytes, _ path: JSONRecordsPath, name: String) {
        self.source = source
        self.path = path
        self.name = name
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        while given == output.count, !isAtEnd { try refill() }
        let count = min(buffer.count, output.count - given)
        buffer.copyBytes(from: output[given..<(given + count)])
        given += count
        return count
    }

    private mutating func refill() throws(SluiceError) {
        output.removeAll(keepingCapacity: true)
        given = 0
        var chunk = [UInt8](repeating: 0, count: FormatLimits.firstChunkBytes)
        var failure: SluiceError?
        var count = 0
        var source = source
        chunk.withUnsafeMutableBytes { bytes in
            do throws(SluiceError) { count = try source.read(into: bytes) } catch { failure = error }
        }
        self.source = source
        if let failure { throw failure }
        isAtEnd = count == 0
        for index in 0..<count { try take(chunk[index]) }
        guard isAtEnd, depth > 0 || isInString else { return }
        throw SluiceError(
            .cutFile, "the file ends inside a value", at: .file(path: name, line: line), remedy: "get the whole file again")
    }

    private mutating func take(_ byte: UInt8) throws(SluiceError) {
        if byte == 0x0A { line += 1 }
        if isScalar, !isInString, Self.endsWord(byte) { endValue() }
        if isInString {
            pass(byte)
            takeText(byte)
            return
        }
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09:
            isInWord = false
            pass(byte)
        case UInt8(ascii: "\""):
            let isKey = depth == frames.count && frames.last?.expectsKey == true
            if isKey { key = [] } else { begin(byte) }
            isInString = true
            pass(byte)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            begin(byte)
            depth += 1
            pass(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): try close(byte)
        case UInt8(ascii: ","):
            pass(byte)
            isInWord = false
            separate()
        case UInt8(ascii: ":"):
            pass(byte)
            if depth == frames.count, !frames.isEmpty { frames[frames.count - 1].expectsKey = false }
        default:
            if !isInWord { begin(byte) }
            isInWord = true
            pass(byte)
        }
    }

    private static func endsWord(_ byte: UInt8) -> Bool { byte <= 0x20 || ",]}".utf8.contains(byte) }

    /// A byte of a value on the path is given on, of all else only the line ends.
    private mutating func pass(_ byte: UInt8) {
        if valueDepth != nil || byte == 0x0A { output.append(byte) }
    }

    private mutating func takeText(_ byte: UInt8) {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
            if let key { endKey(key) } else if isScalar { endValue() }
            return
        }
        if key.map({ $0.count < Self.mostKeyBytes }) ?? false { key?.append(byte) }
    }

    private mutating func endKey(_ bytes: [UInt8]) {
        key = nil
        let level = frames.count - 1
        guard level < path.steps.count else { return }
        var name = bytes
        if bytes.contains(UInt8(ascii: "\\")), case .string(let text)? = try? JSONReader.value([0x22] + bytes + [0x22]) {
            name = Array(text.utf8)
        }
        frames[level].leadsOn = path.leads(level, name: name)
    }

    /// A value begins: one on the path is given on, and a list or object that may hold one is entered.
    private mutating func begin(_ byte: UInt8) {
        guard valueDepth == nil, depth == frames.count, frames.last?.leadsOn ?? true else { return }
        let isArray = byte == UInt8(ascii: "[")
        let isContainer = isArray || byte == UInt8(ascii: "{")
        let isEnd = frames.count >= path.steps.count
        if isEnd, !(isArray && frames.count == path.steps.count && path.meansElements) {
            valueDepth = depth
            isScalar = !isContainer
        } else if isContainer {
            var frame = Frame(isArray: isArray, expectsKey: !isArray)
            // The elements of an array at the path's end are values.
            frame.leadsOn = isArray && (isEnd || path.leads(frames.count, index: 0))
            frames.append(frame)
        }
    }

    private mutating func close(_ byte: UInt8) throws(SluiceError) {
        guard depth > 0 else {
            throw SluiceError(
                .malformedRecord, "a bracket closes nothing", at: .file(path: name, line: line), remedy: "get the whole file again")
        }
        pass(byte)
        isInWord = false
        depth -= 1
        if valueDepth == depth { endValue() }
        if depth < frames.count { frames.removeLast() }
    }

    /// What follows a comma.
    private mutating func separate() {
        guard depth == frames.count, let level = frames.indices.last else { return }
        frames[level].expectsKey = !frames[level].isArray
        if !frames[level].isArray { frames[level].leadsOn = false }
        guard frames[level].isArray else { return }
        frames[level].index += 1
        frames[level].leadsOn = level >= path.steps.count || path.leads(level, index: frames[level].index)
    }

    private mutating func endValue() {
        valueDepth = nil
        isScalar = false
        output.append(0x20)
    }
}
