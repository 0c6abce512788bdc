/// Where a batch stands in the order of the input: ascending in input order, with gaps.
package struct BatchPosition: Comparable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

extension BatchPosition {
    private static let batchBits: UInt64 = 14
    private static let pieceBits: UInt64 = 24
    private static let inputBits: UInt64 = 20

    /// The first batch of a piece.
    ///
    /// - Parameters:
    ///   - phase: A step may hand on rows after its input has ended; these come in a later phase.
    ///   - input: Number of the split or stream.
    ///   - piece: Number of the piece in the input.
    init(phase: Int, input: Int, piece: Int) {
        let place = UInt64(phase) << Self.inputBits | UInt64(input)
        self.init((place << Self.pieceBits | UInt64(piece)) << Self.batchBits)
    }

    /// Number of the split or stream that the batch came from.
    var inputNumber: Int { Int(rawValue >> (Self.batchBits + Self.pieceBits) & (1 << Self.inputBits - 1)) }
    var pieceNumber: Int { Int(rawValue >> Self.batchBits & (1 << Self.pieceBits - 1)) }
    var batchNumber: Int { Int(rawValue & (1 << Self.batchBits - 1)) }

    /// The position of a later batch of the piece; those behind the 16,384th share one.
    func advanced(by batches: Int) -> BatchPosition {
        BatchPosition(rawValue + min(UInt64(batches), 1 << Self.batchBits - 1))
    }
}
