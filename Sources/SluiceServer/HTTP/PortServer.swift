import NIOCore
import NIOHTTP1
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

    /// The open connections, shared with their handlers.
    private final class Connections: Sendable {
        let state = Mutex(State())

        /// - Returns: Whether there is room for one more.
        func add(_ channel: any Channel) -> Bool {
            state.withLock { state in
                guard !state.isDraining, state.connections.count < PortLimits.connections else { return false }
                state.connections[ObjectIdentifier(channel)] = channel
                return true
            }
        }

        func remove(_ channel: any Channel) { _ = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(channel)) } }
        var count: Int { state.withLock { $0.connections.count } }
    }

    /// Listens, and answers from then on.
    ///
    /// - Throws: `addressInUse` where somebody else has the port, `ioFailure`.
    package static func start(_ options: PortOptions, services: [any Service], clock: WallClock = .system) async throws -> PortServer {
        let connections = Connections()
        let router = RequestRouter(options, services: services, clock: clock) { connections.count }
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: PortLimits.heldAnswerBytes / 4, high: PortLimits.heldAnswerBytes))
            .childChannelInitializer { channel in
                guard connections.add(channel) else { return channel.close() }
                channel.closeFuture.whenComplete { _ in connections.remove(channel) }
                return channel.eventLoop.makeCompletedFuture { try configure(channel, router) }
            }
        do {
            let channel = try await bootstrap.bind(host: options.host, port: options.port).get()
            return PortServer(channel, router, connections, host: options.host)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw SluiceError(
                .addressInUse, "port \(options.port) of \(options.host) is taken",
                remedy: "end the program that has it, or choose another with --port (0 for a free one)", underlying: error)
        }
    }

    private static func configure(_ channel: any Channel, _ router: RequestRouter) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = PortLimits.headerFieldBytes
        limits.maxHeaderListSize = PortLimits.headerListBytes
        limits.maxHeaderFieldCount = PortLimits.headerFields
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandler(
            ConnectionHandler { head, body in await router.respond(to: head, body) })
    }

    private init(_ channel: any Channel, _ router: RequestRouter, _ connections: Connections, host: String) {
        self.channel = channel
        self.router = router
        state = connections
        port = channel.localAddress?.port ?? 0
        self.host = host
    }

    package var address: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

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
    /// Whether `POST /_sluice/reset` empties the state and `POST /_sluice/clock` moves the time.
    package var allowsReset = false
    /// The time of the services, which a test may move with `allowsReset`; whoever makes the services gives them the same.
    package var shift = TimeShift()
    /// Called behind each answer.
    package var log: (@Sendable (AccessRecord) -> Void)?

    package init(port: Int = 4_566) { self.port = port }
}
