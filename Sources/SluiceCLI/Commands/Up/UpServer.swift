import SluiceBuckets
import SluiceCore
import SluiceKinesisService
import SluiceS3Service
import SluiceLog
import SluiceServer

/// The port beside pipelines and scheduler, from its start to its drain.
struct UpServer: Sendable {
    let port: PortServer

    /// Listens; nil where nobody wants it, or where the usual port is taken and there is other work.
    ///
    /// - Parameter isNeeded: There is nothing else to do.
    static func start(_ given: ServerOptions, _ session: Session, isNeeded: Bool, isQuiet: Bool) async throws -> UpServer? {
        guard let (listening, isAsked) = try given.listening() else { return nil }
        var options = listening
        if given.accessLog {
            let console = session.console
            options.log = { console.err.writeLine($0.json) }
        }
        let faults = FaultInjection(throttledRecords: given.throttleRecords ?? 0, failedCalls: given.failCalls ?? 0)
        let kinesis = KinesisHome(
            directory: session.home, options, checks: session.streams.checks, faults: faults)
        do {
            let clock = WallClock { [shift = options.shift] in WallClock.system.nowMicros() + shift.micros }
            // Last, because it takes what is not signed.
            let buckets = BucketService(
                try BucketStore(session.home + "/buckets", clock: clock), wantsSignatures: !options.keys.isEmpty)
            let port = try await PortServer.start(options, services: [KinesisService.make(kinesis), buckets])
            buckets.beginUpkeep()
            if let file = given.portFile { try DiskFiles.writeAtomically("\(port.port)\n".utf8, to: file) }
            if !isQuiet { session.console.err.writeLine("server: \(port.address)") }
            return UpServer(port: port)
        } catch let error as SluiceError where [.addressInUse, .alreadyRunning].contains(error.code) && !isAsked && !isNeeded {
            session.console.warning("\(error.message), so that there is no server here; \(error.remedy ?? "")")
            return nil
        }
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
