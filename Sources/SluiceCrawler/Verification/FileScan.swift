import SluiceCore
import SluiceFormats
import Synchronization

/// One file that is read, by one task or by several that take its blocks in turns.
final class FileScan: Sendable {
    let table: Int
    let index: Int
    let layout: FileLayout
    let path: String
    private let state: Mutex<State>

    private struct State: Sendable {
        var framer: (any RecordFramer)?
        var rows: Int64 = 0
        var failure: SluiceError?
        var readers = 0
        var limit: Int64?
        /// What all tasks saw of the file.
        var evidence = TableEvidence()
    }

    /// - Parameter limit: Records after which reading ends; nil: none.
    /// - Throws: what opening and reading the header throws.
    init(_ input: FileInput, _ format: any RecordFormat, table: Int, index: Int, limit: Int64?) throws(SluiceError) {
        self.table = table
        self.index = index
        path = input.path
        let framer = try format.open(input)
        layout = framer.layout
        state = Mutex(State(framer: framer, readers: 1, limit: limit))
    }

    /// Another task helps; false where nothing is left to take.
    func join() -> Bool {
        state.withLock { state in
            guard state.framer != nil else { return false }
            state.readers += 1
            return true
        }
    }

    /// The next block; nil at the end, or where reading failed.
    func next() -> (any RecordBlock)? {
        state.withLock { state in
            if let limit = state.limit, state.rows >= limit { state.framer = nil }
            guard var framer = state.framer else { return nil }
            do throws(SluiceError) {
                // Whoever limits the records needs them one by one.
                let block: (any RecordBlock)? = state.limit == nil ? try framer.nextBlock() : try framer.next()
                state.framer = block == nil ? nil : framer
                return block
            } catch {
                state.failure = error
                state.framer = nil
                return nil
            }
        }
    }

    func count(_ rows: Int64) { state.withLock { $0.rows += rows } }

    /// Adds what one task saw.
    func add(_ part: TableEvidence) {
        state.withLock { state in
            if state.evidence.columns.isEmpty, state.evidence.rejected == 0 { state.evidence = part } else { state.evidence.merge(part) }
        }
    }

    func fail(_ error: SluiceError) {
        state.withLock { state in
            state.failure = state.failure ?? error
            state.framer = nil
        }
    }

    /// One task is done with the file.
    ///
    /// - Returns: whether it was the last one.
    func leave() -> Bool {
        state.withLock { state in
            state.readers -= 1
            return state.readers == 0
        }
    }

    var outcome: (evidence: TableEvidence, failure: SluiceError?) { state.withLock { ($0.evidence, $0.failure) } }
}
