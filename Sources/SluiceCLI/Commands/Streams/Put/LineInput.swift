import Glibc
import SluiceCore

/// Lines of a file, a pipe or a terminal, in blocks as they come: what is there is handed out before more is waited for.
struct LineInput {
    /// Some whole lines, without their ends (LF or CRLF) and without empty lines.
    struct Block {
        var records: RawRecords
        /// Number of the block's first line, from 1.
        var firstLine: Int
        /// Nothing more is there yet: what was read so far should be stored before more comes.
        var isLastForNow: Bool

        /// The line of a record, from 1.
        func line(of row: Int) -> Int {
            firstLine + records.bytes[..<Int(records.starts[row])].reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        }
    }

    /// Bytes of a block, if no line is longer.
    static let blockBytes = 1 << 20
    /// Between two looks at whether the task was cancelled.
    private static let pollMilliseconds: Int32 = 200
    /// A writer that sends nothing for so long has sent all that it has for now.
    private static let pauseMilliseconds: Int32 = 5

    private let descriptor: Int32
    private let name: String
    /// A longer line is an error.
    private let lineBytes: Int
    /// The beginning of a line whose end was not read yet.
    private var rest: [UInt8] = []
    private var nextLine = 1
    private var isAtEnd = false

    init(descriptor: Int32, name: String, lineBytes: Int) {
        self.descriptor = descriptor
        self.name = name
        self.lineBytes = lineBytes
    }

    /// The next lines, or nil at the end. A last line without an end counts.
    ///
    /// - Throws: `recordTooLarge`, `ioFailure`; `CancellationError` while it waits.
    mutating func next() throws -> Block? {
        while !isAtEnd {
            try checkLength(rest.count)
            let (bytes, isLastForNow) = try read()
            guard let end = isAtEnd ? bytes.count : bytes.lastIndex(of: 0x0A).map({ $0 + 1 }) else {
                rest = bytes
                continue
            }
            rest = Array(bytes[end...])
            var block = Block(records: RawRecords(bytes: bytes), firstLine: nextLine, isLastForNow: isLastForNow)
            nextLine += Self.split(end, &block.records)
            if block.records.count > 0 { return block }
        }
        return nil
    }

    /// What was left over and as much more as is there: at least one byte, up to a block.
    private mutating func read() throws -> (bytes: [UInt8], isLastForNow: Bool) {
        let old = rest
        let capacity = old.count + max(Self.blockBytes, old.count)
        var count = old.count
        var failure: (any Error)?
        var (ended, isLastForNow) = (false, false)
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { target, initialized in
            _ = target.update(fromContentsOf: old)
            do {
                while count < capacity, !ended, !isLastForNow {
                    guard try Self.wait(descriptor, untilReady: count == old.count) else {
                        isLastForNow = true
                        continue
                    }
                    let got = Glibc.read(descriptor, target.baseAddress! + count, capacity - count)
                    if got < 0, errno != EINTR, errno != EAGAIN { throw SluiceError.system(errno, cannot: "read", name) }
                    ended = got == 0
                    count += max(0, got)
                }
            } catch {
                failure = error
            }
            initialized = count
        }
        if let failure { throw failure }
        isAtEnd = ended
        return (bytes, isLastForNow || ended)
    }

    /// Whether there is something to read, or the end.
    ///
    /// - Throws: `CancellationError`.
    private static func wait(_ descriptor: Int32, untilReady: Bool) throws -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        repeat {
            try Task.checkCancellation()
            if poll(&ready, 1, untilReady ? pollMilliseconds : pauseMilliseconds) > 0 { return true }
        } while untilReady
        return false
    }

    private func checkLength(_ count: Int) throws(SluiceError) {
        guard count > lineBytes + 1 else { return }
        throw SluiceError(
            .recordTooLarge, "a line of more than \(lineBytes) bytes, the most that a record of the stream may have",
            at: .file(path: name, line: nextLine, column: nil))
    }

    /// Finds the lines of the first `end` bytes; returns how many line ends there are.
    private static func split(_ end: Int, _ records: inout RawRecords) -> Int {
        var starts: [Int32] = []
        var ends: [Int32] = []
        starts.reserveCapacity(end / 64)
        ends.reserveCapacity(end / 64)
        var lineEnds = 0
        records.bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var start = 0
            while start < end {
                let found = memchr(base + start, 0x0A, end - start)
                let stop = found.map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) } ?? end
                if found != nil { lineEnds += 1 }
                let last = stop > start && bytes[stop - 1] == 0x0D ? stop - 1 : stop
                if last > start {
                    starts.append(Int32(start))
                    ends.append(Int32(last))
                }
                start = stop + 1
            }
        }
        records.starts = starts
        records.ends = ends
        return lineEnds
    }
}
