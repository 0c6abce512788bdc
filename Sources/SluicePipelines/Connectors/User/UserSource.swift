import SluiceCore
import Synchronization

/// The rows of a user's reader; a split is a part.
final class UserSource<Reader: RowReader>: Source {
    let schema: Schema
    let notices: [String] = []
    private let reader: Reader
    /// `fleet/ships`.
    private let name: String
    /// Parts that this process has read to their ends.
    private let finished = Mutex<Set<String>>([])

    /// - Throws: `typeError` for a row type whose columns cannot be found.
    init(_ reader: Reader, name: String, main: String) throws {
        self.reader = reader
        self.name = "\(name)/\(main)"
        schema = try RowSchema.of(Reader.Row.self)
    }

    func splits() async throws -> [SourceSplit] { try await parts().map { SourceSplit(id: split($0), bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let part = String(split.id.dropFirst(name.utf8.count + 1))
        return UserSplitReader(self, part, request.columns, first: nil, place: nil, rowLimit: .max)
    }

    private func split(_ part: String) -> String { "\(name)/\(part)" }

    private func parts() async throws -> [String] { try await told { try await self.reader.parts() } }

    fileprivate func page(_ part: String, _ place: String?) async throws -> RowPage<Reader.Row> {
        let page = try await told { try await self.reader.page(of: part, after: place) }
        guard page.isLast || page.place != place else { throw endless(part, place, "leads to itself") }
        return page
    }

    /// - Parameter what: What is wrong with the page behind the place.
    fileprivate func endless(_ part: String, _ place: String?, _ what: String) -> SluiceError {
        SluiceError(
            .closureFailed, "the page of \(split(part).quotedForMessage) behind \((place ?? "its beginning").quotedForMessage) \(what)",
            remedy: "a page that is not the last one says another place than it was asked for")
    }

    /// What the user's code throws, with the connector's name.
    private func told<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error where error is SluiceError || error is CancellationError {
            throw error
        } catch {
            throw SluiceError(.closureFailed, "\(name) failed: \(error)", underlying: error)
        }
    }

    fileprivate func piece(_ rows: [Reader.Row], _ part: String, first: Int64, columns: [String]) -> DeferredBatch {
        DeferredBatch { [schema, name] in
            var encoder = RowEncoder(schema)
            var rejects: [Reject] = []
            var positions: [Int64] = []
            for (place, row) in rows.enumerated() {
                let number = first + Int64(place)
                do throws(RowError) {
                    try encoder.append(try Self.values(row, encoder))
                    positions.append(number)
                } catch {
                    let location = SourceLocation.shard(stream: name, shard: part, sequence: String(number))
                    rejects.append(Reject(error, at: location, raw: Array("\(row)".utf8)))
                }
            }
            let batch = encoder.finish(origin: Origin(.shard(stream: name, shard: part), .listed(positions)))
            let wanted = try Schema(columns.map { schema.fields[try schema.require($0)] })
            return ReadBatch(batch: batch.with(wanted, try columns.map { batch.columns[try schema.require($0)] }), rejects: rejects)
        }
    }

    private static func values(_ row: Reader.Row, _ encoder: RowEncoder) throws(RowError) -> [Value] {
        do {
            return try encoder.values(of: row)
        } catch {
            throw error as? RowError ?? RowError(.closureFailed, "the row cannot be encoded: \(error)")
        }
    }
}

extension UserSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        var found: [UserSlice<Reader>.Part] = []
        for part in try await parts() {
            if !request.leavesUnfinished, finished.withLock({ $0.contains(part) }) { continue }
            let place = positions[ExactText(split(part))].map { String(decoding: $0, as: UTF8.self) }
            let page = try await page(part, place)
            if page.rows.isEmpty, page.isLast {
                finished.withLock { _ = $0.insert(part) }
            } else {
                found.append(.init(name: part, split: split(part), page: page, place: place))
            }
            // What was read of some parts is committed before all of them were asked.
            if found.count == UserLimits.partsOfSlice { break }
        }
        guard !found.isEmpty else { return nil }
        let slice = UserSlice(self, found)
        return SourceSlice(source: slice, openSplits: Set(found.map(\.split)), isLast: false) { slice.reached() }
    }

    fileprivate func finish(_ part: String) { finished.withLock { _ = $0.insert(part) } }
}

/// Bounds of users' connectors.
private enum UserLimits {
    static let partsOfSlice = 4
    /// Rows of a part after which a slice ends.
    static let rowsOfSlice: Int64 = 100_000
}

/// Some pages of some parts.
private final class UserSlice<Reader: RowReader>: Source {
    struct Part: Sendable {
        var name: String
        var split: String
        var page: RowPage<Reader.Row>
        /// Where the page begins.
        var place: String?
    }

    private let source: UserSource<Reader>
    private let parts: [Part]
    private let readers = Mutex<[String: UserSplitReader<Reader>]>([:])

    init(_ source: UserSource<Reader>, _ parts: [Part]) {
        self.source = source
        self.parts = parts
    }

    var schema: Schema { source.schema }
    var notices: [String] { [] }

    func splits() async throws -> [SourceSplit] { parts.map { SourceSplit(id: $0.split, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let part = parts.first(where: { $0.split == split.id }) else {
            throw SluiceError(.notFound, "the slice has no \(split.id.quotedForMessage)")
        }
        let reader = UserSplitReader(
            source, part.name, request.columns, first: part.page, place: part.place, rowLimit: UserLimits.rowsOfSlice, isIncremental: true)
        readers.withLock { $0[part.split] = reader }
        return reader
    }

    /// Asked for when all pages that were fetched are rows.
    func reached() -> SourcePositions {
        var positions: SourcePositions = [:]
        for (split, reader) in readers.withLock({ $0 }) {
            if let place = reader.place { positions[ExactText(split)] = Array(place.utf8) }
            if reader.isAtEnd { source.finish(reader.part) }
        }
        return positions
    }
}

/// Goes from page to page.
private final class UserSplitReader<Reader: RowReader>: SplitReader {
    private struct State {
        var first: RowPage<Reader.Row>?
        var place: String?
        var rowCount: Int64 = 0
        var isAtEnd = false
        var circle = PageCircle()
    }

    let part: String
    private let source: UserSource<Reader>
    private let columns: [String]
    private let rowLimit: Int64
    private let isIncremental: Bool
    private let state: Mutex<State>

    /// - Parameters:
    ///   - first: A page that was fetched already.
    ///   - place: Where reading begins.
    init(
        _ source: UserSource<Reader>, _ part: String, _ columns: [String], first: RowPage<Reader.Row>?, place: String?, rowLimit: Int64,
        isIncremental: Bool = false
    ) {
        self.source = source
        self.part = part
        self.columns = columns
        self.rowLimit = rowLimit
        self.isIncremental = isIncremental
        state = Mutex(State(first: first, place: place))
    }

    var bytesRead: Int64 { 0 }
    var place: String? { state.withLock { $0.place } }
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    func next() async throws -> (any SplitPiece)? {
        while true {
            let known = state.withLock { state in
                defer { state.first = nil }
                return state
            }
            guard !known.isAtEnd, known.rowCount < rowLimit else { return nil }
            let page = if let first = known.first { first } else { try await source.page(part, known.place) }
            guard !isIncremental || page.place != nil else {
                throw SluiceError(
                    .notIncremental, "a page of part \(part.quotedForMessage) says no place: the next run would read it again",
                    remedy: "run the pipeline without incremental: true, or let the reader say where the next page begins")
            }
            let isCircle = state.withLock { state in
                (state.place, state.isAtEnd) = (page.place, page.isLast)
                state.rowCount += Int64(page.rows.count)
                guard !page.isLast, let place = page.place else { return false }
                return state.circle.closes(at: place)
            }
            guard !isCircle else { throw source.endless(part, known.place, "leads back to one that was read") }
            if !page.rows.isEmpty { return source.piece(page.rows, part, first: known.rowCount + 1, columns: columns) }
        }
    }
}
