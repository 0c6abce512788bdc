import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import Synchronization

/// Decodes the results of a job as rows: each page is a file of CSV, whose parts any task takes.
final class JobSplitReader: SplitReader {
    private struct State {
        var pages: [JobPage]
        var file: (any FileReader)?
        var bytesRead: Int64 = 0
        /// Pages that an earlier run has kept, as far as they were handed out.
        var keptPages = 0
    }

    private let reader: JobReader
    private let format: CSVFormat
    private let request: ReadRequest
    private let columns: Schema
    private let tracker: JobTracker?
    private let source: String
    private let budget: Int64
    /// Pages of a run that was cut off, and what keeps those of this one; nil where nothing is kept.
    private let kept: KeptPages?
    private let endsWith: (@Sendable (SluiceError) -> Void)?
    private let cutOff: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - pages: Those that were fetched already, in order.
    ///   - schema: All columns of the source.
    ///   - source: What places of bad records begin with.
    ///   - budget: Bytes of pages after which no other is fetched.
    ///   - kept: What the reader's position is behind.
    ///   - endsWith: Takes that a budget is spent, where what was read is a slice of its own; nil where that is an error at once.
    ///   - cutOff: Takes that the service gave no more, and what is kept, or a job that it has made, is of use.
    init(
        _ reader: JobReader, _ pages: [JobPage], schema: Schema, _ wanted: SourceRequest, tracker: JobTracker?, source: String,
        budget: Int64, kept: KeptPages? = nil, endsWith: (@Sendable (SluiceError) -> Void)? = nil,
        cutOff: @escaping @Sendable () -> Void = {}
    ) throws(SluiceError) {
        self.reader = reader
        self.tracker = tracker
        self.source = source
        self.budget = budget
        self.kept = kept
        self.endsWith = endsWith
        self.cutOff = cutOff
        format = try CSVFormat(options: ["detect": .text("none"), "null_values": .texts(reader.nulls)])
        columns = try Self.schema(wanted.columns, of: schema)
        let more = (tracker?.columns ?? []).filter { !wanted.columns.contains($0) && schema[$0] != nil }
        // A condition would keep rows from being noted.
        request = ReadRequest(
            try Self.schema(wanted.columns + more, of: schema), missing: reader.isResumed ? .null : .error,
            condition: tracker == nil ? wanted.condition : nil,
            keepsRaw: wanted.keepsRaw)
        state = Mutex(State(pages: pages))
    }

    private static func schema(_ names: [String], of all: Schema) throws(SluiceError) -> Schema {
        try Schema(names.map { name throws(SluiceError) in all.fields[try all.require(name)] })
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        while true {
            if let piece = try piece() { return JobPiece(piece: piece, tracker: tracker, columns: columns) }
            guard let page = try await nextPage() else { return nil }
            let input = FileInput(MemoryAccess(page.bytes), path: "\(source) \(page.name)", codec: Codec.none)
            let file = try format.reader(input, request)
            state.withLock { state in
                state.bytesRead += Int64(page.bytes.count)
                state.file = file
            }
        }
    }

    private func piece() throws -> (any FilePiece)? {
        try state.withLock { state in
            let piece = try state.file?.next()
            if piece == nil { state.file = nil }
            return piece
        }
    }

    private func nextPage() async throws -> JobPage? {
        if let page = state.withLock({ $0.pages.isEmpty ? nil : $0.pages.removeFirst() }) { return page }
        guard let kept else { return bytesRead < budget ? try await fetch() : nil }
        if let page = try kept.next() {
            let number = state.withLock { state in
                state.keptPages += 1
                return state.keptPages
            }
            return JobPage(bytes: page.bytes, rows: 0, name: "kept page \(number)")
        }
        if kept.isComplete { return nil }
        do throws(SluiceError) {
            guard let page = try await reader.next() else { return nil }
            var place = ReadPosition()
            place.advance(reader.position, since: reader.since)
            kept.keep(RecordPage(bytes: page.bytes, records: [], repeated: 0), place, isLast: reader.isDone)
            return page
        } catch {
            cutOff()
            // What was kept is of a job that is gone.
            if error.code == .pageExpired { kept.abandon() }
            throw error
        }
    }

    /// The next page from the service; nil also where a budget is spent and what was read is to be committed first.
    private func fetch() async throws(SluiceError) -> JobPage? {
        do throws(SluiceError) {
            return try await reader.next()
        } catch {
            cutOff()
            guard let endsWith, error.code == .quotaSpent else { throw error }
            endsWith(error)
            return nil
        }
    }
}

/// Rows of a page that are new, with the columns that were asked for.
private struct JobPiece: SplitPiece {
    var piece: any FilePiece
    let tracker: JobTracker?
    let columns: Schema

    mutating func next() throws -> ReadBatch? {
        guard let decoded = try piece.next() else { return nil }
        var batch = decoded.batch
        if let tracker {
            batch = tracker.take(batch)
            batch = batch.with(columns, Array(batch.columns.prefix(columns.count)))
        }
        return ReadBatch(batch: batch, rejects: decoded.rejects, skippedRows: decoded.skippedRows)
    }
}
