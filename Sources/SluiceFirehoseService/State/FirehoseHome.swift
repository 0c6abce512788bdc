package import SluiceBuckets
package import SluiceCatalog
package import SluiceCore
import SluiceLog
package import SluiceServer
import Synchronization

/// The delivery streams of a state directory, of all accounts and regions, below `firehose/ACCOUNT/REGION`.
package final class FirehoseHome: Sendable {
    /// What deliveries need of the rest of the program.
    struct World: Sendable {
        /// The state directory.
        var directory: String
        /// Account and region whose data streams are those of pipelines and commands.
        var own: ScopeID?
        var buckets: BucketStore
        var catalog: @Sendable () throws -> Catalog
        var clock: WallClock
        /// Pipelines that transform records.
        var functions: RecordFunctions
        /// Tells people that a delivery fails, or works again.
        var tell: @Sendable (String) -> Void
        /// How many deliveries hold their records in memory at a time.
        let width = AsyncSemaphore(FirehoseLimits.sideBySide)
    }

    let world: World
    let faults: FaultInjection
    private let scopes = Mutex<[ScopeID: FirehoseScope]>([:])

    /// - Parameters:
    ///   - directory: The state's.
    ///   - buckets: Where objects go; closed behind this one.
    ///   - catalog: Asked for when the first table is needed.
    ///   - functions: Pipelines that transform records.
    ///   - tell: Takes a line for people when a delivery fails or works again.
    package init(
        directory: String, _ options: PortOptions, buckets: BucketStore, catalog: @escaping @Sendable () throws -> Catalog,
        functions: RecordFunctions = .none, clock: WallClock = .system,
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        let shifted = WallClock { [shift = options.shift] in clock.nowMicros() + shift.micros }
        world = World(
            directory: directory, own: ScopeID(account: options.account, region: options.region), buckets: buckets,
            catalog: catalog, clock: shifted, functions: functions, tell: tell)
        faults = options.faults
    }

    /// Goes on with what an earlier server took in and did not deliver.
    ///
    /// - Throws: `stateCorrupt`, and what the disk throws.
    package func begin() throws {
        for account in (try? DiskFiles.list(world.directory + "/firehose")) ?? [] {
            for region in (try? DiskFiles.list("\(world.directory)/firehose/\(account)")) ?? [] {
                guard let id = ScopeID(account: account, region: region),
                    DiskFiles.kind(of: "\(world.directory)/firehose/\(account)/\(region)/\(DeliveryFile.name)") == .file
                else { continue }
                _ = try scope(id)
            }
        }
    }

    /// The scope of a caller, made when it is first used.
    func scope(_ caller: Caller) throws -> FirehoseScope {
        guard let id = ScopeID(account: caller.account, region: caller.region) else {
            throw Faults.invalid("Account \(caller.account) and region \(caller.region) cannot have delivery streams.")
        }
        return try scope(id)
    }

    private func scope(_ id: ScopeID) throws -> FirehoseScope {
        try scopes.withLock { scopes in
            if let scope = scopes[id] { return scope }
            guard scopes.count < FirehoseLimits.scopes else {
                throw Faults.limit("The port has \(FirehoseLimits.scopes) accounts and regions open already.")
            }
            let scope = try FirehoseScope(id, directory: "\(world.directory)/firehose/\(id.account)/\(id.region)", world)
            scopes[id] = scope
            return scope
        }
    }

    private var open: [FirehoseScope] { scopes.withLock { Array($0.values) } }

    func reset() async throws {
        try begin()
        for scope in open {
            for name in scope.file.streams.keys.sorted() { try await scope.delete(name, delivering: false) }
        }
    }

    /// What waits is delivered, once; what fails then waits for the next server.
    func close() async { for scope in open { await scope.close() } }
}

extension TargetCall where Context == FirehoseHome {
    func scope() throws -> FirehoseScope { try context.scope(caller) }
}
