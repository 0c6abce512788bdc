import SluiceCore
import SluicePipelines
import Synchronization

/// Dead letters as a source: their records, decoded again as the pipeline's source would decode them. A split has those for one output.
struct LetterSource: Source {
    let original: any ReplayableSource
    let files: [DeadLetterArchive.File]
    let rules: ReplayRules
    /// The only route that the rows of a split may enter; nil: as all rows.
    let outputs: [String?]
    /// Letters that cannot be decoded.
    let undecodable: Set<LetterRuns.Group>

    var schema: Schema { original.schema }
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { outputs.map { SourceSplit(id: Self.id($0), bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let output = outputs.first(where: { Self.id($0) == split.id }) else {
            throw SluiceError(.notFound, "there is no split \(split.id.quotedForMessage)")
        }
        return LetterReader(self, columns: request.columns, output: output)
    }

    private static func id(_ output: String?) -> String { "dead letters" + (output.map { " for " + $0 } ?? "") }

    /// Whether the letter is one of those that are decoded, and for the output.
    func takes(_ letter: DeadLetterArchive.Letter, for output: String?) -> Bool {
        guard rules.fate(of: letter) == .replay(route: output), let group = LetterRuns.Group(letter) else { return false }
        return !undecodable.contains(group)
    }
}

/// Reads the letters of one split; neighbours of one file or shard are decoded together.
private final class LetterReader: SplitReader {
    private let source: LetterSource
    private let columns: [String]
    private let letters: LetterRuns
    private let decoder = Mutex<(group: LetterRuns.Group, decoder: any PayloadDecoder)?>(nil)

    init(_ source: LetterSource, columns: [String], output: String?) {
        self.source = source
        self.columns = columns
        letters = LetterRuns(source.files) { source.takes($0, for: output) }
    }

    var bytesRead: Int64 { letters.bytesRead }

    func next() async throws -> (any SplitPiece)? {
        guard let run = try letters.next(), let decoder = try await decoder(of: run[0]) else { return nil }
        return DeferredBatch { try decoder.decode(LetterRuns.records(run), origin: LetterRuns.origin(run)) }
    }

    private func decoder(of letter: DeadLetterArchive.Letter) async throws -> (any PayloadDecoder)? {
        guard let group = LetterRuns.Group(letter), let location = letter.location else { return nil }
        if let known = decoder.withLock({ $0 }), known.group == group { return known.decoder }
        guard let decoder = try await source.original.decoder(ofRecordsAt: location, letter.header, columns: columns) else {
            throw SluiceError(.notFound, "the records of \(location) cannot be decoded any more", at: location)
        }
        self.decoder.withLock { $0 = (group, decoder) }
        return decoder
    }
}
