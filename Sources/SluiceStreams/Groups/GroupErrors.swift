import SluiceCore

extension SluiceError {
    /// - Parameter lease: As the store has it; nil where there is none any more.
    static func leaseLost(_ checkpoint: LeaseCheckpoint, _ lease: GroupLease?) -> SluiceError {
        var now = "the lease was removed"
        if let lease { now = (lease.owner.map { "\($0.quotedForMessage) has it" } ?? "nobody has it") + ", counter \(lease.counter)" }
        return SluiceError(
            .leaseLost,
            "\(checkpoint.owner.quotedForMessage) lost shard \(checkpoint.shard.quotedForMessage) of group \(checkpoint.group), which it had with counter \(checkpoint.counter): \(now)",
            remedy: "drop what was read since the last checkpoint; the new owner reads it again")
    }

    static func checkpointBehind(_ checkpoint: LeaseCheckpoint, _ position: GroupPosition) -> SluiceError {
        SluiceError(
            .invalidArgument,
            "checkpoint \(checkpoint.position.text) of shard \(checkpoint.shard.quotedForMessage) is behind the recorded \(position.text)",
            remedy: "reset the group to read records again")
    }

    static func notHeld(_ shard: String, _ group: GroupID, by member: String) -> SluiceError {
        SluiceError(
            .leaseLost, "\(member.quotedForMessage) does not have shard \(shard.quotedForMessage) of group \(group)",
            remedy: "drop what was read since the last checkpoint; the new owner reads it again")
    }
}
