import SluiceServer
import SluiceStreams

/// What splitting and merging ask before they begin.
enum Resharding {
    /// An open shard of a provisioned stream that is active.
    static func open(_ shard: String, _ target: StreamTarget) throws -> ShardSummary {
        let summary = try target.requireActive()
        guard summary.configuration.mode == .provisioned else {
            throw ServiceFault(
                400, "ValidationException",
                "Request is invalid. Stream \(target.name) under account \(target.scope.id.account) is in On-Demand mode.")
        }
        let shards = try ShardListing.shards(target, .fromTrimHorizon)
        guard let found = shards.first(where: { $0.id.description == shard }) else {
            throw Faults.noShard(shard, target.name, target.scope)
        }
        guard found.isOpen else {
            throw Faults.invalid(
                "Shard \(shard) in stream \(target.name) under account \(target.scope.id.account) has already been merged or split, and thus "
                    + "is not eligible for merging or splitting.")
        }
        return found
    }
}
