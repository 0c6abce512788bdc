import SluiceCore
import SluicePipelines

/// A stream as an input: each of its batches is a piece.
final class StreamInput: SplitReader {
    private let stream: any BatchStream
    let bytesRead: Int64 = 0

    init(_ stream: any BatchStream) { self.stream = stream }

    func next() async throws -> (any SplitPiece)? {
        var rejects: [Reject] = []
        guard let batch = try stream.next(rejects: &rejects) else {
            return rejects.isEmpty ? nil : DeferredBatch { [rejects] in ReadBatch(batch: Batch(.empty, [], rowCount: 0), rejects: rejects) }
        }
        return DeferredBatch { [rejects] in ReadBatch(batch: batch, rejects: rejects) }
    }
}

/// An input that cannot be opened, or not read further: whoever comes to that place is told.
final class FailedInput: SplitReader {
    private let error: any Error
    let bytesRead: Int64 = 0

    init(_ error: any Error) { self.error = error }

    func next() async throws -> (any SplitPiece)? { throw error }
}

/// What cannot be read of an input.
struct FailedPiece: SplitPiece {
    let error: any Error

    mutating func next() throws -> ReadBatch? { throw error }
}
