package import SluiceCore
package import SluiceLog
package import SluiceServer
import Synchronization

/// The streams of a state directory, as clients of all accounts and regions see them.
///
/// The streams of the options' account and region are those of pipelines and commands; those of others are below `aws/ACCOUNT/REGION`.
package final class KinesisHome: Sendable {
    private let directory: String
    private let own: ScopeID
    private let clock: WallClock
    private let checks: RecordChecks?
    private let scopes = Mutex<[ScopeID: KinesisScope]>([:])
    let faults: FaultInjection
    /// Nil where the quotas of Kinesis are not enforced.
    let quotas: StreamQuotas?

    /// - Parameters:
    ///   - directory: The state's.
    ///   - checks: For streams that are bound to schemas.
    ///   - enforcesQuotas: Whether shards and calls have the limits of Kinesis.
    package init(
        directory: String, _ options: PortOptions, clock: WallClock = .system, checks: RecordChecks? = nil,
        enforcesQuotas: Bool = false
    ) {
        self.directory = directory
        own = ScopeID(known: options.account, options.region)
        let moved = WallClock { [shift = options.shift] in clock.nowMicros() + shift.micros }
        self.clock = moved
        quotas = enforcesQuotas ? StreamQuotas(moved) : nil
        self.checks = checks
        faults = options.faults
    }

    /// The scope of a caller, made when it is first used.
    func scope(_ caller: Caller) throws -> KinesisScope { try scope(ScopeID(known: caller.account, caller.region)) }

    func scope(_ id: ScopeID) throws -> KinesisScope {
        try scopes.withLock { scopes in
            if let scope = scopes[id] { return scope }
            guard scopes.count < ServiceLimits.scopes else {
                throw ServiceFault(400, "LimitExceededException", "The port has \(ServiceLimits.scopes) accounts and regions open already.")
            }
            let place = id == own ? directory : "\(directory)/aws/\(id.account)/\(id.region)"
            let scope = try KinesisScope(id, directory: place, clock: clock, checks: checks)
            scopes[id] = scope
            return scope
        }
    }

    func reset() throws {
        for id in [own] + others() { try scope(id).reset() }
        quotas?.reset()
    }

    /// Scopes that are on disk.
    private func others() -> [ScopeID] {
        let accounts = (try? DiskFiles.list(directory + "/aws")) ?? []
        return accounts.flatMap { account in
            ((try? DiskFiles.list("\(directory)/aws/\(account)")) ?? []).compactMap { ScopeID(account: account, region: $0) }
        }.filter { $0 != own }
    }

    /// Ends subscriptions, so that their connections can end.
    func drain() {
        for scope in scopes.withLock({ Array($0.values) }) { scope.subscriptions.endAll() }
    }

    func close() {
        for scope in scopes.withLock({ Array($0.values) }) { scope.close() }
    }
}
