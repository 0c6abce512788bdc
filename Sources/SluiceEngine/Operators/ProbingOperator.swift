package import SluiceCore

/// A step with two inputs: all rows of one are gathered side by side first, then the rows of the other stream past them.
package protocol BuildingOperator: Sendable {
    /// Whether the side that is gathered is followed as the input is: a run piece by piece reads what is new of it in each piece, and its
    /// rows count as read.
    var isFollowed: Bool { get }

    /// An empty part, for one worker that reads the side that is gathered.
    func makePart() throws -> any GatheringPart

    /// That side was taken whole. Called once, with every part that was made, in any order.
    func combine(_ parts: [any GatheringPart]) throws -> any ProbingOperator
}

extension BuildingOperator {
    package var isFollowed: Bool { false }
}

/// A step that hands on rows as they come, and what is left when the input has ended.
package protocol ProbingOperator: Sendable {
    /// Whether one part must see all rows, in source order.
    var isSerial: Bool { get }

    /// A part for one worker.
    func makePart() throws -> any ProbingPart

    /// The input has ended: the rows that could not be handed on earlier (put aside on disk, or without a match on the other side).
    /// Called once, with every part that was made, in any order.
    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult
}

extension ProbingOperator {
    package var isSerial: Bool { false }
}

/// What one worker does for a probing operator; owned by one task at a time.
package protocol ProbingPart: AnyObject, Sendable {
    /// Takes the rows of a batch and returns what can be handed on already, in the order of the batch.
    ///
    /// What it does not return at once is asked for by `next`, before the input has ended.
    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch]

    /// More of what the batches pushed so far give; empty when nothing is left of them.
    func next(rejects: inout [Reject]) throws -> [Batch]
}

extension ProbingPart {
    package func next(rejects: inout [Reject]) throws -> [Batch] { [] }
}
