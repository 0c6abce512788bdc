import SluiceCore
import SluicePipelines
import Synchronization

/// The headers of the files that dead letters come from, each looked up once.
final class LetterHeaders: Sendable {
    private let sources: [any ReplayableSource]
    private let known = Mutex<[ExactText: FileHeader?]>([:])

    /// - Parameter part: What an epoch reads, which may know files that came behind the plan.
    init(_ plan: LogicalPlan, _ part: (any Source)? = nil) {
        sources = [part, plan.source.source].compactMap { $0 as? any ReplayableSource }
    }

    /// The letter with the header of its file, where its record is decoded by one when it is replayed.
    func completed(_ letter: DeadLetter) -> DeadLetter {
        guard letter.header == nil, case .replay = letter.fate, case .file(let path, _, _) = letter.location else { return letter }
        var letter = letter
        letter.header = header(ofFile: path)
        return letter
    }

    private func header(ofFile path: String) -> FileHeader? {
        known.withLock { known in
            if let header = known[ExactText(path)] { return header }
            if known.count >= EngineLimits.letterHeaders { known = [:] }
            let header = sources.lazy.compactMap { $0.header(ofRecordsAt: .file(path: path)) }.first
            known[ExactText(path)] = .some(header)
            return header
        }
    }
}
