import Dispatch
import SluiceCore
import Synchronization

/// Where work is done beside the epochs of a run.
struct BackgroundWork: Sendable {
    let begin: @Sendable (@escaping @Sendable () -> Void) -> Void

    static let queue = BackgroundWork { work in DispatchQueue.global(qos: .userInitiated).async { work() } }
}

/// Reads rows that a step kept, beside the epochs that go on meanwhile, into memory that nobody else looks at before all are there.
///
/// The files are open from the start: they may lose their names meanwhile.
final class StateLoading<Content: Sendable>: Sendable {
    /// Files that are read.
    let paths: Set<String>
    private let isStopped = Atomic(false)
    private let group = DispatchGroup()
    /// Nil while rows are read; in it, no content where memory does not hold it.
    private let ending = Mutex<Result<Content?, any Error>?>(nil)

    /// Begins.
    ///
    /// - Parameters:
    ///   - take: Takes in some rows; false where memory holds no more.
    ///   - finish: All rows were taken in.
    /// - Throws: `stateCorrupt` for a file that is not there as it was recorded.
    init(
        _ rows: [StoredRows], into content: Content, on background: BackgroundWork,
        taking take: @escaping @Sendable (Content, Batch) -> Bool, finishing finish: @escaping @Sendable (Content) -> Void
    ) throws {
        paths = Set(rows.map(\.path))
        let opened = try rows.map { try $0.opened() }
        group.enter()
        background.begin { [self] in
            let result = Result { () throws -> Content? in
                do {
                    for rows in opened {
                        try rows.forEach { if isStopped.load(ordering: .relaxed) || !take(content, $0) { throw Enough() } }
                    }
                    finish(content)
                    return content
                } catch is Enough {
                    return nil
                }
            }
            ending.withLock { $0 = result }
            group.leave()
        }
    }

    /// Ends the reading of the rest.
    private struct Enough: Error {}

    var isDone: Bool { ending.withLock { $0 != nil } }

    /// What was read; nil where memory does not hold it.
    ///
    /// - Precondition: It is done.
    /// - Throws: `stateCorrupt`.
    func content() throws -> Content? {
        guard let ending = ending.withLock({ $0 }) else { preconditionFailure("rows are still being read") }
        return try ending.get()
    }

    /// Waits until it is done.
    func wait() { group.wait() }

    /// Nobody needs the rows any more.
    func stop() { isStopped.store(true, ordering: .relaxed) }
}
