package import SluiceCore
package import SluicePipelines
import Synchronization

/// The first rows of a source: what a look at a pipeline that does not run is taken of.
package struct SampledSource: Source {
    private let source: any Source
    private let rest: Rest

    /// Rows that may still be read, of all splits together.
    private final class Rest: Sendable {
        private let rows: Mutex<Int>

        init(_ rows: Int) { self.rows = Mutex(rows) }

        var isEmpty: Bool { rows.withLock { $0 <= 0 } }

        /// - Returns: how many of these are wanted.
        func take(_ count: Int) -> Int {
            rows.withLock { rows in
                let taken = min(count, max(0, rows))
                rows -= taken
                return taken
            }
        }
    }

    package init(_ source: any Source, rows: Int) {
        self.source = source
        rest = Rest(rows)
    }

    package var schema: Schema { source.schema }
    package var notices: [String] { source.notices }
    package func splits() async throws -> [SourceSplit] { try await source.splits() }

    package func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        Reader(try await source.open(split, request), rest)
    }

    private final class Reader: SplitReader {
        private let reader: any SplitReader
        private let rest: Rest

        init(_ reader: any SplitReader, _ rest: Rest) {
            self.reader = reader
            self.rest = rest
        }

        var bytesRead: Int64 { reader.bytesRead }

        func next() async throws -> (any SplitPiece)? {
            guard !rest.isEmpty, let piece = try await reader.next() else { return nil }
            return Piece(piece: piece, rest: rest)
        }
    }

    private struct Piece: SplitPiece {
        var piece: any SplitPiece
        let rest: Rest

        mutating func next() throws -> ReadBatch? {
            guard !rest.isEmpty, var read = try piece.next() else { return nil }
            let wanted = rest.take(read.batch.rowCount)
            if wanted < read.batch.rowCount { read.batch = read.batch.slice(0..<wanted) }
            return read
        }
    }
}
