import FoundationEssentials
import SluiceCore

extension DeadLetterArchive.Letter {
    /// - Throws: `corruptFile` for a line that is no dead letter.
    init(_ line: [UInt8], at place: SourceLocation) throws(SluiceError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch {
            throw SluiceError(
                .corruptFile, "this line is no dead letter", at: place, remedy: "remove the line, or drop the file")
        }
    }

    /// The record's bytes as they came; nil where they are missing.
    var bytes: [UInt8]? {
        if let raw { return Array(raw.utf8) }
        return rawBase64.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }

    /// Where the record came from; nil where that is not known.
    var location: SourceLocation? {
        if let file { return .file(path: file, line: line) }
        guard let stream, let shard, let sequence else { return nil }
        return .shard(stream: stream, shard: shard, sequence: sequence)
    }

    /// All of its failures, this one last.
    ///
    /// - Parameter run: Whose letter it is.
    func failures(in run: String) -> [DeadLetter.Failure] {
        (history ?? []) + [DeadLetter.Failure(run: run, code: code, message: message, step: step)]
    }
}

/// The letters of several files, one after another; used by one task at a time.
final class LetterCursor: @unchecked Sendable {
    private let files: [DeadLetterArchive.File]
    private var next = 0
    private var lines: LineFile?
    private var line = 0

    init(_ files: [DeadLetterArchive.File]) { self.files = files }

    /// The next letter, with its file and its line as it stands there; nil at the end.
    func letter() throws(SluiceError) -> (letter: DeadLetterArchive.Letter, file: DeadLetterArchive.File, line: [UInt8])? {
        while true {
            if lines == nil {
                guard next < files.count else { return nil }
                lines = try LineFile(path: files[next].path)
                next += 1
                line = 0
            }
            guard let bytes = try lines?.next() else {
                lines = nil
                continue
            }
            line += 1
            if bytes.isEmpty { continue }
            let file = files[next - 1]
            return (try DeadLetterArchive.Letter(bytes, at: .file(path: file.path, line: line)), file, bytes)
        }
    }
}

/// A file that is read line by line.
private final class LineFile {
    private var reader: LineReader

    init(path: String) throws(SluiceError) { reader = try LineReader(path: path) }

    func next() throws(SluiceError) -> [UInt8]? { try reader.next() }
}
