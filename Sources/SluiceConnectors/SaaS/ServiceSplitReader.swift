import SluiceCore
import SluiceFormats
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import Synchronization

/// Decodes the pages of a reader as rows. A page's bytes are kept as they came, and its records are ranges of them.
final class ServiceSplitReader: SplitReader {
    private struct State {
        var pages: [RecordPage]
        var bytesRead: Int64 = 0
        var rowCount: Int64 = 0
    }

    private let reader: ServiceReader
    private let decoder: FilePayloadDecoder
    private let place: Origin.Split
    private let keepsRaw: Bool
    private let budget: Int64
    private let watch: FieldWatch?
    /// Pages of a run that was cut off, and what keeps those of this one; nil where nothing is kept.
    private let kept: KeptPages?
    private let endsWith: (@Sendable (SluiceError) -> Void)?
    private let cutOff: @Sendable () -> Void
    private let leavesOut: @Sendable (SluiceError) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - pages: Those that were fetched already, in order.
    ///   - budget: Bytes of pages after which no other is fetched.
    ///   - watch: Looks for fields that have no column.
    ///   - kept: What the reader's position is behind.
    ///   - endsWith: Takes an error that leaves a place to go on at, where what was read is a slice of its own; nil where it is one at once.
    ///   - cutOff: Takes that the service gave no more, and what is kept, or a job that it has made, is of use.
    ///   - leavesOut: Takes that the parent's records cannot be read.
    init(
        _ reader: ServiceReader, _ pages: [RecordPage], decoder: FilePayloadDecoder, place: Origin.Split, keepsRaw: Bool, budget: Int64,
        watch: FieldWatch?, kept: KeptPages? = nil, endsWith: (@Sendable (SluiceError) -> Void)? = nil,
        cutOff: @escaping @Sendable () -> Void = {},
        leavesOut: @escaping @Sendable (SluiceError) -> Void = { _ in }
    ) {
        self.reader = reader
        self.decoder = decoder
        self.place = place
        self.keepsRaw = keepsRaw
        self.budget = budget
        self.watch = watch
        self.kept = kept
        self.endsWith = endsWith
        self.cutOff = cutOff
        self.leavesOut = leavesOut
        state = Mutex(State(pages: pages))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        while let page = try await nextPage() {
            let first = state.withLock { state in
                state.bytesRead += Int64(page.bytes.count)
                defer { state.rowCount += Int64(page.records.count) }
                return state.rowCount + 1
            }
            if !page.records.isEmpty { return piece(page, first: first) }
        }
        return nil
    }

    private func nextPage() async throws -> RecordPage? {
        if let page = state.withLock({ $0.pages.isEmpty ? nil : $0.pages.removeFirst() }) { return page }
        guard let kept else { return bytesRead < budget ? try await fetch() : nil }
        if let page = try kept.next() { return page }
        if kept.isComplete { return nil }
        do throws(SluiceError) {
            guard let page = try await readable() else { return nil }
            kept.keep(page, reader.position, isLast: reader.isDone)
            return page
        } catch {
            cutOff()
            guard error.code == .pageExpired else { throw error }
            // What was kept leads nowhere.
            kept.abandon()
            var explained = error
            explained.remedy = "run it again: it begins anew"
            throw explained
        }
    }

    /// The next page from the service; nil also where an error leaves a place to go on at, and what was read is to be committed first.
    private func fetch() async throws(SluiceError) -> RecordPage? {
        do throws(SluiceError) {
            return try await readable()
        } catch {
            cutOff()
            guard let endsWith, error.leavesPlace else { throw error }
            endsWith(error)
            return nil
        }
    }

    private func readable() async throws(SluiceError) -> RecordPage? {
        let page = try await reader.next()
        if page == nil, let refusal = reader.refusal { leavesOut(refusal) }
        return page
    }

    private func piece(_ page: RecordPage, first: Int64) -> RecordsPiece {
        let records = RawRecords(
            bytes: page.bytes, starts: page.records.map { Int32($0.lowerBound) }, ends: page.records.map { Int32($0.upperBound) })
        return RecordsPiece(records: records, decoder: decoder, place: place, first: first, keepsRaw: keepsRaw, watch: watch)
    }
}

/// Records of a page or the like, decoded some thousand at a time.
struct RecordsPiece: SplitPiece {
    let records: RawRecords
    let decoder: FilePayloadDecoder
    let place: Origin.Split
    let first: Int64
    let keepsRaw: Bool
    let watch: FieldWatch?
    private var done = 0

    init(records: RawRecords, decoder: FilePayloadDecoder, place: Origin.Split, first: Int64, keepsRaw: Bool, watch: FieldWatch? = nil) {
        self.records = records
        self.decoder = decoder
        self.place = place
        self.first = first
        self.keepsRaw = keepsRaw
        self.watch = watch
    }

    mutating func next() throws -> ReadBatch? {
        guard done < records.count else { return nil }
        if isTooLong(done) { return try tooLong() }
        let limit = min(records.count, done + CoreLimits.batchRows)
        let rows = done..<((done..<limit).first(where: isTooLong) ?? limit)
        let part = records.slice(rows)
        let origin = origin(rows, part)
        done = rows.upperBound
        var read = try decoder.decode(part, origin: origin)
        if let watch, let members = read.newMembers {
            try watch.check(part, at: origin.location(0))
            // What is left has no values yet, or no name.
            read.newMembers = members.nameless
        }
        if !keepsRaw { read.batch.origin?.raw = nil }
        return read
    }

    private func isTooLong(_ row: Int) -> Bool { records.range(row).count > CoreLimits.recordBytes }

    private func origin(_ rows: Range<Int>, _ raw: RawRecords) -> Origin {
        Origin(place, .dense(first: first + Int64(rows.lowerBound), count: rows.count), raw: raw)
    }

    /// No row, and the next record as a bad one.
    private mutating func tooLong() throws -> ReadBatch {
        let none = records.slice(done..<done)
        let reject = Reject(
            RowError(
                .recordTooLarge,
                "the record has \(records.range(done).count) bytes, more than \(CoreLimits.recordBytes); "
                    + "its first \(FormatLimits.rejectRawBytes) bytes are kept"),
            at: origin(done..<(done + 1), none).location(0), raw: Array(records[done].prefix(FormatLimits.rejectRawBytes)))
        var read = try decoder.decode(none, origin: origin(done..<done, none))
        read.rejects = decoder.contract?.handled([reject]) ?? [reject]
        done += 1
        return read
    }
}
