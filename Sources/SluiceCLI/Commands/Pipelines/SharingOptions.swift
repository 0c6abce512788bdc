import ArgumentParser
import SluicePipelines
import SluiceStreams

/// Options of a run that shares its stream with other processes.
struct SharingOptions: ParsableArguments, Sendable {
    @Flag(help: "With --follow: share the stream's shards with other processes that run the pipeline with --share.") var share = false
    @Option(
        help: ArgumentHelp(
            "With --share: how long a process may be silent before others take its shards, for the first that shares. Otherwise 10.",
            valueName: "seconds"))
    var failover: Double?

    /// - Throws: `ValidationError` for options that do not go together.
    func check(follow: Bool, reset: Bool) throws {
        if share, !follow { throw ValidationError("--share goes with --follow") }
        if share, reset { throw ValidationError("begin anew with `bookmarks reset`, before processes share the pipeline") }
        guard let failover else { return }
        if !share { throw ValidationError("--failover goes with --share") }
        let bounds = GroupLimits.failoverMillis
        guard failover >= Double(bounds.lowerBound) / 1_000, failover <= Double(bounds.upperBound) / 1_000 else {
            throw ValidationError("--failover takes 0.5 to 3600 seconds")
        }
    }

    /// Nil for a run that is alone with its pipeline.
    var membership: MembershipOptions? {
        share ? MembershipOptions(member: GroupMembership.processName, failoverMillis: failover.map { Int(($0 * 1_000).rounded()) }) : nil
    }
}
