import SluiceAppFlowService
import SluiceBuckets
import SluiceCatalog
import SluiceCore
import SluiceGlueService
import SluiceFirehoseService
import SluiceKinesisService
import SluiceS3Service
import SluiceLog
import SluicePipelines
import SluiceServer

/// The port beside pipelines and scheduler, from its start to its drain.
struct UpServer: Sendable {
    let port: PortServer
    /// Values of `RunVariables.port`.
    let signs: [String: String]

    /// Listens; nil where nobody wants it, or where the usual port is taken and there is other work.
    ///
    /// - Parameters:
    ///   - folders: Where jobs and pipelines are declared, which events of buckets make run and which transform records.
    ///   - isNeeded: There is nothing else to do.
    ///   - runsJobs: Whether there is a scheduler beside it.
    static func start(
        _ given: ServerOptions, _ session: Session, folders: [String], isNeeded: Bool, runsJobs: Bool, isQuiet: Bool
    ) async throws -> UpServer? {
        guard let (listening, isAsked) = try given.listening() else { return nil }
        var options = listening
        if given.accessLog {
            let console = session.console
            options.log = { console.err.writeLine($0.json) }
        }
        options.faults = FaultInjection(refusedRecords: given.throttleRecords ?? 0, failedCalls: given.failCalls ?? 0)
        let kinesis = KinesisHome(
            directory: session.home, options, checks: session.streams.checks, enforcesQuotas: given.enforceQuotas)
        do {
            let clock = WallClock { [shift = options.shift] in WallClock.system.nowMicros() + shift.micros }
            // Beside the buckets, because both wait for the disk when they are new.
            async let catalog = try session.catalog(publishes: true)
            let store = try BucketStore(session.home + "/buckets", clock: clock)
            let buckets = BucketService(
                store, keys: options.keys, events: UpBucketEvents(session: session, folders: folders).taker)
            let firehose = FirehoseHome(
                directory: session.home, options, buckets: store, catalog: { try session.catalog() },
                functions: UpRecordFunctions(session: session, folders: folders).functions,
                tell: { session.console.warning($0) })
            let appflow = try await flows(session, catalog, options, store)
            // Firehose and flows close before the streams and the buckets that they use.
            let port = try await PortServer.start(
                options,
                // Buckets are last, because they take what is not signed.
                services: [
                    AppFlowService.make(appflow), FirehoseService.make(firehose), KinesisService.make(kinesis),
                    GlueService.make(try await glue(session, catalog, options, runsJobs: runsJobs)), buckets,
                ])
            buckets.beginUpkeep()
            try firehose.begin()
            try await appflow.begin()
            if !isQuiet { session.console.err.writeLine("server: \(port.address)") }
            if let file = given.portFile { try DiskFiles.writeAtomically("\(port.port)\n".utf8, to: file) }
            var signs = ["endpoint": port.address, "region": options.region]
            // Any key is taken then; one that is an account is of that account.
            if options.keys.isEmpty { signs["account"] = options.account }
            return UpServer(port: port, signs: signs)
        } catch let error as SluiceError where [.addressInUse, .alreadyRunning].contains(error.code) && !isAsked && !isNeeded {
            session.console.warning("\(error.message), so that there is no server here; \(error.remedy ?? "")")
            return nil
        }
    }

    /// The catalog as clients of Glue see it.
    private static func glue(_ session: Session, _ catalog: Catalog, _ options: PortOptions, runsJobs: Bool) throws -> GlueHome {
        GlueHome(
            catalog, directory: WorkingDirectory.absolute(session.home), project: WorkingDirectory.absolute("."), options,
            surroundings: CrawlRunCommand.surroundings(session, catalog), runsJobs: runsJobs)
    }

    /// The flows that clients of AppFlow made, which run in this process.
    private static func flows(
        _ session: Session, _ catalog: Catalog, _ options: PortOptions, _ buckets: BucketStore
    ) throws -> AppFlowHome {
        AppFlowHome(
            AppFlowHome.World(
                catalog, directory: WorkingDirectory.absolute(session.home), streams: session.streams,
                connectors: session.connectors, closures: session.jobs.registry, buckets: buckets,
                isTaken: { name in DefinitionSearch(session: session).isTaken(name) }), options)
    }

    /// Waits until the task is cancelled, then lets what is under way end.
    ///
    /// - Parameter time: How long that may take, asked for when it begins.
    func run(drain time: @Sendable () -> Duration) async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(3_600)) } catch { break }
        }
        await port.drain(within: time())
    }
}
