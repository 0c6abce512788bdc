import SluiceCore
import SluicePipelines

/// How the records of a replay failed before, and the headers that stood above them, by their place and bytes.
struct LetterHistory: Sendable {
    private struct Key: Hashable {
        var place: String
        var bytes: [UInt8]
    }

    private var letters: [Key: (failures: [DeadLetter.Failure], header: FileHeader?)] = [:]

    mutating func add(_ letter: DeadLetterArchive.Letter, in run: String) {
        guard let bytes = letter.bytes, let location = letter.location else { return }
        letters[Key(place: Self.record(at: location), bytes: bytes)] = (letter.failures(in: run), letter.header)
    }

    /// A record's place, whichever of its columns a failure names.
    private static func record(at location: SourceLocation) -> String {
        guard case .file(let path, let line, _) = location else { return location.description }
        return "\(path):\(line ?? 0)"
    }

    /// Gives a record that failed again what was kept with it before.
    func complete(_ letter: inout DeadLetter) {
        guard let known = letter.location.flatMap({ letters[Key(place: Self.record(at: $0), bytes: letter.raw)] }) else { return }
        letter.history = known.failures
        letter.header = known.header
    }
}
