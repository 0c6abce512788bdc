import SluiceCatalog
import SluiceCore
import SluicePipelines

/// What a replay adds to the epoch that it is.
struct ReplayPart: Sendable {
    /// The files whose letters are replayed.
    let files: [DeadLetterArchive.File]
    let history: LetterHistory
    /// The only route that rows of a split may enter, by the split's number.
    let routes: [Int: String]
    /// Rows that begin at a step, by its index in the plan.
    let entries: [Int: PlannedSource]
    /// Whether the pipeline runs in epochs, and so keeps how many there were.
    let keepsState: Bool
    /// Whether a letter stays one, and so goes over into the replay's own file.
    let isKept: @Sendable (DeadLetterArchive.Letter) -> Bool

    /// Takes over the letters that cannot be replayed, as they are.
    func keep(in target: DeadLetterFile) throws {
        let cursor = LetterCursor(files)
        while let (letter, _, line) = try cursor.letter() {
            if isKept(letter) { try target.append(lines: [line]) }
        }
    }

    /// The renames that mark the files, done with the commit.
    func marks(_ run: String) -> [OutputCommit.Rename] {
        files.map { .init(staged: $0.path, final: DeadLetterArchive.path(of: $0, replayedBy: run)) }
    }
}
