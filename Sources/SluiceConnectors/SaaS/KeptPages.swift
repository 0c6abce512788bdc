import Glibc
import SluiceCodecs
import SluiceCore
import SluiceSaaS
import Synchronization

/// The pages of a pull of everything, in a file beside the state until the pull is committed: a pull that was cut off begins with them, and asks
/// the service for the rest.
///
/// Which file belongs to the pull that goes on is a row of the ledger, which the commit removes in its transaction; a file without one is of a pull
/// that is over. The file is a run of frames, in little-endian order: length (4 bytes) and CRC-32 (4) of the body; the body is 1 for the last page of
/// all and 0 for others (1), the length of the place behind the page (4) and that place as JSON, the number of records (4), where each begins and
/// ends in the page (4 and 4), and the page. What does not fit into the file's bounds or its checksum ends it.
///
/// Keeping is a help, not a duty: where the disk is full, the run goes on without.
final class KeptPages: Sendable {
    private struct State {
        var descriptor: Int32
        /// Where frames of an earlier run begin that were not handed out yet.
        var earlier: ArraySlice<Int>
        /// The end of what is whole.
        var end: Int
        var isComplete = false
        var isStopped = false
    }

    /// Where pages of an earlier run end; nil where there are none.
    let position: ReadPosition?
    private let path: String
    private let purpose: String
    private let ledger: any JobLedger
    private let state: Mutex<State>

    /// - Parameters:
    ///   - folder: Where the file is; it is made.
    ///   - id: The file's name.
    ///   - purpose: What the ledger calls the pull.
    /// - Throws: what the ledger and the disk throw.
    init(folder: String, id: String, purpose: String, _ ledger: any JobLedger) throws(SluiceError) {
        path = "\(folder)/\(id).pages"
        self.purpose = purpose
        self.ledger = ledger
        try DiskFiles.createDirectories(folder)
        let now = WallClock.system.nowMicros()
        let isOpen = try ledger.job(purpose).map { now - $0.madeMicros < KeptPageLimits.lifeMicros } ?? false
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | (isOpen ? 0 : O_TRUNC), 0o600)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        var state = State(descriptor: descriptor, earlier: [], end: 0)
        var place: ReadPosition?
        var starts: [Int] = []
        let size = Int(lseek(descriptor, 0, SEEK_END))
        while let body = Self.body(descriptor, at: state.end, before: size), let frame = Frame(body) {
            starts.append(state.end)
            state.end += Self.headBytes + body.count
            place = frame.position
            state.isComplete = frame.isLast
            if frame.isLast { break }
        }
        // A torn end is written over.
        ftruncate(descriptor, off_t(state.end))
        state.earlier = starts[...]
        position = place
        self.state = Mutex(state)
        if !isOpen { try ledger.keep(purpose, KeptJob(id: id, state: "pages", madeMicros: now)) }
    }

    deinit { state.withLock { _ = Glibc.close($0.descriptor) } }

    /// Whether the earlier run had read everything.
    var isComplete: Bool { state.withLock { $0.isComplete } }

    /// The next page of the earlier run; nil behind its last.
    func next() throws(SluiceError) -> RecordPage? {
        try state.withLock { state throws(SluiceError) in
            guard let start = state.earlier.popFirst() else { return nil }
            guard let body = Self.body(state.descriptor, at: start, before: state.end), let frame = Frame(body) else {
                throw SluiceError(.ioFailure, "what was kept in \(path.quotedForMessage) has changed", remedy: "run it again")
            }
            return frame.page
        }
    }

    /// Keeps a page.
    ///
    /// - Parameters:
    ///   - position: Behind it.
    ///   - isLast: Whether nothing follows.
    func keep(_ page: RecordPage, _ position: ReadPosition, isLast: Bool) {
        state.withLock { state in
            guard !state.isStopped, let text = try? SettingsText.text(position), text.utf8.count <= KeptPageLimits.placeBytes else {
                state.isStopped = true
                return
            }
            let head = Frame.head(page, Array(text.utf8), isLast: isLast)
            let count = head.count + page.bytes.count
            guard count <= KeptPageLimits.frameBytes, state.end + count <= KeptPageLimits.fileBytes else {
                state.isStopped = true
                return
            }
            let checksum = page.bytes.withUnsafeBytes { page in
                CRC32.checksum(of: page, behind: head.withUnsafeBytes { CRC32.checksum(of: $0) })
            }
            var begin: [UInt8] = []
            Frame.append(UInt32(count), to: &begin)
            Frame.append(checksum, to: &begin)
            lseek(state.descriptor, off_t(state.end), SEEK_SET)
            do throws(SluiceError) {
                try DiskFiles.write(begin + head, to: state.descriptor, path: path)
                try DiskFiles.write(page.bytes, to: state.descriptor, path: path)
                state.end += Self.headBytes + count
            } catch {
                ftruncate(state.descriptor, off_t(state.end))
                state.isStopped = true
            }
        }
    }

    /// The next pull begins anew.
    func abandon() {
        try? ledger.forget(purpose)
        state.withLock { $0.isStopped = true }
        unlink(path)
    }

    private static let headBytes = 8

    /// The body of the frame at a place; nil where there is no whole one.
    private static func body(_ descriptor: Int32, at start: Int, before end: Int) -> [UInt8]? {
        guard start + headBytes <= end, let head = bytes(descriptor, start, headBytes), let count = Frame.number(head, 0),
            let checksum = Frame.number(head, 4), count <= KeptPageLimits.frameBytes, start + headBytes + Int(count) <= end,
            let body = bytes(descriptor, start + headBytes, Int(count)), body.withUnsafeBytes({ CRC32.checksum(of: $0) }) == checksum
        else { return nil }
        return body
    }

    private static func bytes(_ descriptor: Int32, _ start: Int, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let read = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + done, count - done, off_t(start + done)) }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return nil }
            done += read
        }
        return bytes
    }
}

/// A page as it is kept.
private struct Frame {
    var page: RecordPage
    var position: ReadPosition
    var isLast: Bool

    /// Nil for what `bytes` did not make.
    init?(_ body: [UInt8]) {
        guard let last = body.first, last <= 1, let placeCount = Self.number(body, 1) else { return nil }
        let placeEnd = 5 + Int(placeCount)
        guard placeEnd + 4 <= body.count, let recordCount = Self.number(body, placeEnd) else { return nil }
        let pageStart = placeEnd + 4 + Int(recordCount) * 8
        guard pageStart <= body.count, let position = try? SettingsText.value(ReadPosition.self, body[5..<placeEnd], of: "page") else {
            return nil
        }
        let bytes = Array(body[pageStart...])
        var records: [Range<Int>] = []
        records.reserveCapacity(Int(recordCount))
        for index in 0..<Int(recordCount) {
            guard let start = Self.number(body, placeEnd + 4 + index * 8), let end = Self.number(body, placeEnd + 8 + index * 8),
                start <= end, Int(end) <= bytes.count
            else { return nil }
            records.append(Int(start)..<Int(end))
        }
        page = RecordPage(bytes: bytes, records: records, repeated: 0)
        self.position = position
        isLast = last == 1
    }

    /// The body up to the page.
    static func head(_ page: RecordPage, _ place: [UInt8], isLast: Bool) -> [UInt8] {
        var body: [UInt8] = [isLast ? 1 : 0]
        body.reserveCapacity(9 + place.count + page.records.count * 8)
        append(UInt32(place.count), to: &body)
        body += place
        append(UInt32(page.records.count), to: &body)
        for record in page.records {
            append(UInt32(record.lowerBound), to: &body)
            append(UInt32(record.upperBound), to: &body)
        }
        return body
    }

    static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    static func number(_ bytes: [UInt8], _ place: Int) -> UInt32? {
        guard place + 4 <= bytes.count else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
}

/// Bounds of what is kept of a pull.
enum KeptPageLimits {
    /// Pages that were read longer ago are too old.
    static let lifeMicros: Int64 = 86_400_000_000
    static let frameBytes = 256 << 20
    static let placeBytes = 1 << 20
    static let fileBytes = 64 << 30
}
