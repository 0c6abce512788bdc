import SluiceCore
import SluicePipelines
import Synchronization

/// Some of the letters of several files, in runs of neighbours that come from one file or shard.
final class LetterRuns: Sendable {
    private struct State {
        /// Was read, and belongs to the next run.
        var held: DeadLetterArchive.Letter?
        var bytesRead: Int64 = 0
    }

    private static let runRecords = 1_024
    private static let runBytes = 1 << 20

    private let cursor: LetterCursor
    private let isTaken: @Sendable (DeadLetterArchive.Letter) -> Bool
    private let state = Mutex(State())

    init(_ files: [DeadLetterArchive.File], isTaken: @escaping @Sendable (DeadLetterArchive.Letter) -> Bool) {
        cursor = LetterCursor(files)
        self.isTaken = isTaken
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    /// Equal for letters that are decoded alike: those of a file and a header, or of one record of a stream.
    struct Group: Hashable {
        private let place: ExactText
        private let header: FileHeader?

        /// Nil for a letter without a place.
        init?(_ letter: DeadLetterArchive.Letter) {
            switch letter.location {
            case .file(let path, _, _): place = ExactText(path)
            case let location?: place = ExactText(location.description)
            case nil: return nil
            }
            header = letter.header
        }
    }

    /// The next run, not empty; nil at the end. Called by one task at a time.
    func next() throws -> [DeadLetterArchive.Letter]? {
        guard let first = try letter() else { return nil }
        let group = Group(first)
        var letters = [first]
        var bytes = first.bytes?.count ?? 0
        while letters.count < Self.runRecords, bytes < Self.runBytes, let more = try letter() {
            guard Group(more) == group else {
                state.withLock { $0.held = more }
                break
            }
            letters.append(more)
            bytes += more.bytes?.count ?? 0
        }
        state.withLock { [bytes] in $0.bytesRead += Int64(bytes) }
        return letters
    }

    private func letter() throws -> DeadLetterArchive.Letter? {
        if let held = state.withLock({ $0.held.take() }) { return held }
        while let (letter, _, _) = try cursor.letter() {
            if isTaken(letter) { return letter }
        }
        return nil
    }

    static func records(_ letters: [DeadLetterArchive.Letter]) -> RawRecords {
        var records = RawRecords(bytes: [])
        for letter in letters {
            records.starts.append(Int32(records.bytes.count))
            records.bytes += letter.bytes ?? []
            records.ends.append(Int32(records.bytes.count))
        }
        return records
    }

    /// Where the records of a run came from; for letters with a place.
    static func origin(_ letters: [DeadLetterArchive.Letter]) -> Origin {
        if let path = letters[0].file {
            return Origin(.file(path: path), .listed(letters.map { Int64($0.line ?? 0) }), raw: records(letters))
        }
        let split = Origin.Split.numbered(
            stream: letters[0].stream ?? "", shard: letters[0].shard ?? "", numbers: letters.map { $0.sequence ?? "" })
        return Origin(split, .dense(first: 0, count: letters.count), raw: records(letters))
    }
}
