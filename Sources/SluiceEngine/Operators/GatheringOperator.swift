package import SluiceCore

/// A step that needs all rows before it can answer, but not in order: every worker fills a part of its own, side by side.
package protocol GatheringOperator: Sendable {
    /// An empty part, for one worker.
    func makePart() throws -> any GatheringPart

    /// All input was taken: what the parts together say. Called once, with every part that was made, in any order.
    func combine(_ parts: [any GatheringPart]) throws -> GatheredResult
}

/// What one worker gathered so far; owned by one task at a time.
package protocol GatheringPart: AnyObject, Sendable {
    /// Takes the rows of a batch; rows for which an expression fails are added to `rejects`.
    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws
}

/// The output of a gathering step.
package struct GatheredResult: Sendable {
    /// Different tasks may drain different streams side by side; all rows of a stream stand before those of the next.
    package var streams: [any BatchStream]
    /// Rows that failed in the end, such as a sum that does not fit.
    package var rejects: [Reject]

    package init(streams: [any BatchStream], rejects: [Reject] = []) {
        self.streams = streams
        self.rejects = rejects
    }
}

/// Batches one after another; owned by one task at a time.
package protocol BatchStream: AnyObject, Sendable {
    /// The next rows, nil at the end.
    ///
    /// - Parameter rejects: takes the rows that failed on the way.
    func next(rejects: inout [Reject]) throws -> Batch?
}
