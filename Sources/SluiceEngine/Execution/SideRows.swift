import SluiceCore
import Synchronization

/// Rows that a step puts aside for an output of their own: in memory, and beyond that on disk, until the step's run is done.
final class SideRows: Sendable {
    private enum Place: Sendable {
        case memory(Batch)
        case disk(SpillExtent)
    }

    private struct State {
        var rows: [(position: BatchPosition, place: Place)] = []
        var heldBytes = 0
        var file: SpillFile?
        var schema: Schema?
    }

    /// Bytes that are held in memory.
    static let heldBytes = 16 << 20

    private let spill: SpillDirectory
    private let limitBytes: Int
    private let state = Mutex(State())

    /// - Parameter limitBytes: Of rows in memory; others go to disk.
    init(_ spill: SpillDirectory, limitBytes: Int = SideRows.heldBytes) {
        self.spill = spill
        self.limitBytes = limitBytes
    }

    /// Takes rows in any task.
    func take(_ batch: Batch, at position: BatchPosition) throws {
        try state.withLock { state in
            state.schema = batch.schema
            if state.heldBytes + batch.byteCount <= limitBytes {
                state.heldBytes += batch.byteCount
                state.rows.append((position, .memory(batch)))
                return
            }
            let file = try state.file ?? spill.makeFile()
            state.file = file
            state.rows.append((position, .disk(try file.append(batch))))
        }
    }

    /// Takes some rows of a batch.
    ///
    /// - Returns: The others.
    func take(_ rows: [Int], of batch: Batch, at position: BatchPosition) throws -> Batch {
        var others = Bitmap(repeating: true, count: batch.rowCount)
        for row in rows { others[row] = false }
        try take(batch.filter(~others), at: position)
        return batch.filter(others)
    }

    /// The rows, in the order of the input; nothing is taken any more.
    func stream() -> any BatchStream {
        state.withLock { state in
            // Those of one position as they were taken.
            let order = state.rows.indices.sorted { (state.rows[$0].position, $0) < (state.rows[$1].position, $1) }
            let places = order.map { state.rows[$0].place }
            return SideStream(places, state.file, state.schema)
        }
    }

    private final class SideStream: BatchStream {
        private let rest: Mutex<ArraySlice<Place>>
        private let file: SpillFile?
        private let schema: Schema?

        init(_ places: [Place], _ file: SpillFile?, _ schema: Schema?) {
            rest = Mutex(places[...])
            self.file = file
            self.schema = schema
        }

        func next(rejects: inout [Reject]) throws -> Batch? {
            switch rest.withLock({ $0.popFirst() }) {
            case nil: return nil
            case .memory(let batch)?: return batch
            case .disk(let extent)?:
                guard let file, let schema else { preconditionFailure("rows on disk are in a file") }
                return try file.read(extent, schema: schema)
            }
        }
    }
}
