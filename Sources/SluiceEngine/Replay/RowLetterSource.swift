import SluiceCore
import SluicePipelines

/// The rows of dead letters that failed in one step, as they came to it.
struct RowLetterSource: Source {
    let step: String
    /// Of the rows that reach the step.
    let schema: Schema
    let files: [DeadLetterArchive.File]
    let rules: ReplayRules
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: "rows of dead letters of \(step)", bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { RowLetterReader(self) }

    /// The whole of it, to begin at the step.
    var planned: PlannedSource { PlannedSource(source: self, columns: schema.names, schema: schema, summary: "dead letters") }
}

private final class RowLetterReader: SplitReader {
    private let source: RowLetterSource
    private let letters: LetterRuns

    init(_ source: RowLetterSource) {
        self.source = source
        letters = LetterRuns(source.files) { [rules = source.rules, step = source.step] letter in
            letter.step == step && rules.fate(of: letter) == .row
        }
    }

    var bytesRead: Int64 { letters.bytesRead }

    func next() async throws -> (any SplitPiece)? {
        guard let run = try letters.next() else { return nil }
        return DeferredBatch { [schema = source.schema] in
            guard var batch = RowText.rows(run.compactMap(\.row), schema), batch.rowCount == run.count else {
                preconditionFailure("rows that do not fit stay letters")
            }
            if run[0].location != nil { batch.origin = LetterRuns.origin(run) }
            return ReadBatch(batch: batch)
        }
    }
}
