import SluiceCore
import SluicePipelines

/// Sends rows to a program, and hands on what it writes. All rows go through one part, in source order.
struct ExecOperator: ProbingOperator {
    let operation: ExecOperation
    let step: String
    let outputSchema: Schema
    let progress: RunProgress

    var isSerial: Bool { true }

    func makePart() -> any ProbingPart {
        switch operation.format {
        case .json: JSONExecPart(self)
        case .arrow: ArrowExecPart(self)
        }
    }

    func combine(_ parts: [any ProbingPart]) -> GatheredResult {
        GatheredResult(streams: parts.compactMap { $0 as? any ExecPart }.map { ExecRest($0) })
    }
}

/// What goes between the rows and the program.
protocol ExecPart: ProbingPart {
    /// The input has ended: the rest, piece by piece, and nil when the program has ended well.
    func rest(rejects: inout [Reject]) throws -> Batch?
}

/// What a program writes after its input has ended.
private final class ExecRest: BatchStream {
    private let part: any ExecPart

    init(_ part: any ExecPart) { self.part = part }

    func next(rejects: inout [Reject]) throws -> Batch? { try part.rest(rejects: &rejects) }
}
