import NIOCore
import NIOPosix
package import SluiceCore
import Synchronization

/// The listening port and its connections.
package final class PortServer: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let channel: any Channel
    private let router: RequestRouter
    private let state: Connections
    package let port: Int
    package let host: String
    private let isSecure: Bool

    /// The open connections, shared with their handlers.
    private final class Connections: Sendable {
        let state = Mutex(State())
        private let most: Int

        /// - Parameter most: Connections that are open at a time.
        init(most: Int) { self.most = most }

        /// - Returns: Whether there is room for one more.
        func add(_ channel: any Channel) -> Bool {
            state.withLock { state in
                guard !state.isDraining, state.connections.count < most else { return false }
                state.connections[ObjectIdentifier(channel)] = channel
                return true
            }
        }

        func remove(_ channel: any Channel) { _ = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(channel)) } }
        var count: Int { state.withLock { $0.connections.count } }
    }

    /// Listens, and answers from then on.
    ///
    /// - Throws: `addressInUse` where somebody else has the port, `ioFailure`; what is wrong with the certificate.
    package static func start(_ options: PortOptions, services: [any Service], clock: WallClock = .system) async throws -> PortServer {
        let security = try options.certificate?.context()
        // Half of the open files are left to what requests open.
        let connections = Connections(most: min(PortLimits.connections, OpenFiles.raise() / 2))
        let router = RequestRouter(options, services: services, clock: clock) { connections.count }
        let setup = ConnectionSetup(
            respond: { head, body in await router.respond(to: head, body) }, security: security, patience: options.patience,
            date: router.date)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: PortLimits.heldAnswerBytes / 4, high: PortLimits.heldAnswerBytes))
            .childChannelInitializer { channel in
                guard connections.add(channel) else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.remove(channel) }
                return channel.eventLoop.makeCompletedFuture { try setup.begin(channel) }
            }
        do {
            let channel = try await bootstrap.bind(host: options.host, port: options.port).get()
            return PortServer(channel, router, connections, host: options.host, isSecure: security != nil)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw SluiceError(
                .addressInUse, "port \(options.port) of \(options.host) is taken",
                remedy: "end the program that has it, or choose another with --port (0 for a free one)", underlying: error)
        }
    }

    private init(_ channel: any Channel, _ router: RequestRouter, _ connections: Connections, host: String, isSecure: Bool) {
        self.channel = channel
        self.router = router
        state = connections
        port = channel.localAddress?.port ?? 0
        self.host = host
        self.isSecure = isSecure
    }

    package var address: String { "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Takes no more connections, lets the requests that are under way end, closes the services.
    ///
    /// - Parameter time: Connections that are still busy behind it are cut.
    package func drain(within time: Duration) async {
        router.stop()
        try? await channel.close().get()
        let open = state.state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        for connection in open { connection.pipeline.fireUserInboundEventTriggered(ConnectionHandler.DrainEvent()) }
        let end = ContinuousClock.now + time
        while state.count > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
        for connection in state.state.withLock({ Array($0.connections.values) }) { try? await connection.close().get() }
        await router.closeServices()
    }
}

/// Where the port is, and for whom.
package struct PortOptions: Sendable {
    package var host = "127.0.0.1"
    /// 0 for a free one.
    package var port = 4_566
    /// Of requests whose credentials say nothing else.
    package var account = "000000000000"
    package var region = "us-east-1"
    /// Secrets by access key. Where there are any, requests must be signed with one of them.
    package var keys: [String: String] = [:]
    /// Origins of pages that may use the port beside those of this machine; `*` for all.
    package var origins: [String] = []
    /// Nil: without TLS.
    package var certificate: PortCertificate?
    package var patience = PortPatience()
    /// Whether `POST /_sluice/reset` empties the state and `POST /_sluice/clock` moves the time.
    package var allowsReset = false
    /// The time of the services, which a test may move with `allowsReset`; whoever makes the services gives them the same.
    package var shift = TimeShift()
    /// Faults that a test of a client wants; calls fail here, records where they are put.
    package var faults = FaultInjection()
    /// Called behind each answer.
    package var log: (@Sendable (AccessRecord) -> Void)?

    package init(port: Int = 4_566) { self.port = port }
}
