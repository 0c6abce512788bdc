package import SluiceCore

/// How the engine carries a plan out: stages that rows go through without waiting for others, what tasks exchange at the end of each, and what
/// steps keep. It follows the same rules by which `SegmentBuilder` makes operators, and reads no rows.
package struct PhysicalPlan: Sendable {
    /// What a stage reads.
    package enum Input: Hashable, Sendable {
        /// - Parameters:
        ///   - splits: How many files or shards it has now; nil where that is not known before it is read.
        ///   - bytes: As stored.
        case source(String, splits: Int?, bytes: Int64?)
        /// What the step at the end of a stage made of all its rows.
        case gathered(stage: Int)
        /// Rows of a stage as they come, by what a route asks for.
        case route(stage: Int, rows: String)
        /// Rows that steps put aside, when all others are done.
        case side(String)
    }

    /// How tasks share the rows of a step.
    package enum Sharing: String, Sendable {
        /// Each task works on the rows that it has.
        case parallel
        /// One task at a time, in the order of the source.
        case ordered
        /// Each task takes its rows in, and what all have taken is put together when the last row is there.
        case gathering
    }

    /// What goes between tasks.
    package enum Exchange: Hashable, Sendable {
        /// Rows, groups or keys are put together by the hash of these columns.
        case hash([String])
        /// What the tasks sorted is merged, by these columns.
        case merge([String])
        /// A table that is read whole before the stage, and that all tasks look into, by these columns.
        case table([String])
        /// Rows of another source meet the input's; none of them changes its task.
        case union
        /// Tasks have parts of one result.
        case single
    }

    /// What a step holds beyond a batch.
    package struct State: Hashable, Sendable {
        package var holds: String
        /// Whether epochs of incremental and following runs go on with it; otherwise it is gone with the run, or epoch.
        package var isKeptBetweenEpochs: Bool
    }

    /// A step of a stage, in its place.
    package struct Step: Sendable {
        /// As in counts and messages.
        package var name: String
        package var sharing: Sharing
        package var exchange: Exchange?
        package var state: State?
        package var schema: Schema
    }

    /// Where the rows of a stage go.
    package enum End: Hashable, Sendable {
        /// Into the step at its end, whose result the next stage reads.
        case gathering
        case routes
        case sink(Sink)
    }

    /// The end of an output, and what it promises.
    package struct Sink: Hashable, Sendable {
        /// Nil for the definition's `sink`.
        package var output: String?
        package var summary: String
        package var delivery: String
        /// How the delivery comes about.
        package var commit: String
        /// 1 where rows are written in order; otherwise as many as tasks.
        package var writers: Int
    }

    /// What rows go through without waiting for others.
    package struct Stage: Sendable {
        /// From 1.
        package var number: Int
        package var inputs: [Input]
        /// Of the rows of the first input.
        package var inputSchema: Schema
        package var steps: [Step] = []
        package var end = End.gathering
        /// Tasks side by side.
        package var tasks: Int
    }

    /// What a source need not hand on.
    package struct Reading: Sendable {
        package var source: String
        /// The step that reads it beside its input; nil for the pipeline's own.
        package var step: String?
        package var columns: [String]
        /// Columns that the source offers.
        package var offered: Int
        /// Rows for which it is not true may be left out.
        package var condition: String?
    }

    /// Where records go through a stream first.
    package struct Stream: Sendable {
        package var name: String
        package var shards: Int
        package var key: String?
    }

    package internal(set) var stages: [Stage] = []
    package internal(set) var readings: [Reading] = []
    package internal(set) var stream: Stream?
    /// Tasks of a run on this machine.
    package let tasks: Int
    /// What each step may hold in memory.
    package let stateBytes: Int
    package let isIncremental: Bool

    init(tasks: Int, stateBytes: Int, isIncremental: Bool) {
        self.tasks = tasks
        self.stateBytes = stateBytes
        self.isIncremental = isIncremental
    }
}
