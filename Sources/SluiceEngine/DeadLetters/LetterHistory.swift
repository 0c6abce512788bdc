import SluiceCore

/// How the records of a replay failed before, by their place and bytes.
struct LetterHistory: Sendable {
    private struct Key: Hashable {
        var place: String
        var bytes: [UInt8]
    }

    private var failures: [Key: [DeadLetter.Failure]] = [:]

    mutating func add(_ letter: DeadLetterArchive.Letter, in run: String) {
        guard let bytes = letter.bytes, let location = letter.location else { return }
        failures[Key(place: Self.record(at: location), bytes: bytes)] = letter.failures(in: run)
    }

    /// A record's place, whichever of its columns a failure names.
    private static func record(at location: SourceLocation) -> String {
        guard case .file(let path, let line, _) = location else { return location.description }
        return "\(path):\(line ?? 0)"
    }

    func failures(of letter: DeadLetter) -> [DeadLetter.Failure] {
        letter.location.flatMap { failures[Key(place: Self.record(at: $0), bytes: letter.raw)] } ?? []
    }
}
