import GRDB
package import SluiceCore

/// What the steps of a pipeline keep from one epoch to the next: open windows, and where their values are on disk.
package struct PipelineState: Hashable, Sendable {
    package var pipeline: String
    /// Epochs that were committed, over all runs.
    package var epoch: Int
    /// In the engine's own form.
    package var content: String

    package init(pipeline: String, epoch: Int, content: String) {
        self.pipeline = pipeline
        self.epoch = epoch
        self.content = content
    }
}

extension Catalog {
    /// Nil where no epoch of the pipeline was committed.
    package func pipelineState(_ pipeline: String) throws(SluiceError) -> PipelineState? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM pipeline_states WHERE pipeline = ?", arguments: [pipeline])
                .map { PipelineState(pipeline: $0["pipeline"], epoch: $0["epoch"], content: $0["content"]) }
        }
    }

    /// Forgets how far the pipeline has read and what its steps kept: its next run begins anew.
    ///
    /// - Returns: How many bookmarks there were.
    @discardableResult
    package func forgetProgress(of pipeline: String) throws(SluiceError) -> Int {
        try write { db in
            try db.execute(sql: "DELETE FROM pipeline_states WHERE pipeline = ?", arguments: [pipeline])
            try Self.forgetSharing(of: pipeline, db)
            try db.execute(sql: "DELETE FROM service_jobs WHERE pipeline = ?", arguments: [pipeline])
            try db.execute(sql: "DELETE FROM bookmarks WHERE pipeline = ?", arguments: [pipeline])
            return db.changesCount
        }
    }

    /// The consumer group in which processes share the shards that a pipeline reads.
    package static func group(sharing pipeline: String) -> String { "pipeline." + pipeline }

    /// Bookmarks say how far a pipeline has read, and the leases of its group only who reads on: without the one, the other is of no use.
    static func forgetSharing(of pipeline: String, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM consumer_groups WHERE name = ?", arguments: [group(sharing: pipeline)])
    }

    static func set(_ state: PipelineState, run: RunID, now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO pipeline_states VALUES (?, ?, ?, ?, ?)",
            arguments: [state.pipeline, state.epoch, state.content, run.text, now])
    }
}
