import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on the loopback address that takes requests from others: bounded bodies, times and connections. It ends with `close` or its last
/// reference.
package final class HTTPReceiver: Sendable {
    /// What a client sent.
    package struct Request: Sendable {
        package var method: String
        /// The path with what stands behind it.
        package var target: String
        /// By lower-case name; values of a header that is there several times follow one another with commas.
        package var headers: [String: String] = [:]
        package var body: [UInt8] = []
    }

    /// What the client gets.
    package struct Answer: Sendable {
        package var status: Int
        package var body: String
        package var headers: [String: String]

        package init(_ status: Int, _ body: String = "", headers: [String: String] = [:]) {
            self.status = status
            self.body = body
            self.headers = headers
        }
    }

    /// What a client may use.
    package struct Limits: Sendable {
        package var bodyBytes: Int
        package var connections: Int
        /// From the connection, or from the answer before, to the end of a request.
        package var requestSeconds: Int64

        package init(bodyBytes: Int, connections: Int, requestSeconds: Int64) {
            self.bodyBytes = bodyBytes
            self.connections = connections
            self.requestSeconds = requestSeconds
        }
    }

    package typealias Answering = @Sendable (Request) async -> Answer

    private let channel: any Channel
    private let clients: Clients
    package let port: Int

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - answer: Called for each whole request; a client's requests come one after another.
    /// - Throws: what binding the port throws.
    package init(port: Int, limits: Limits, _ answer: @escaping Answering) throws {
        let clients = Clients()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard clients.add(channel, limit: limits.connections) else { return channel.close() }
                return channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true).flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(ReceivingHandler(limits, answer))
                }
            }
        channel = try bootstrap.bind(host: "127.0.0.1", port: port).wait()
        self.port = channel.localAddress?.port ?? 0
        self.clients = clients
    }

    deinit { close() }

    package var address: String { "http://127.0.0.1:\(port)" }

    /// Takes no more, and waits until each connection that there is has ended: at once, or behind the answer to the request that is under way.
    package func drain() async {
        channel.close(promise: nil)
        let open = clients.closed()
        for client in open { client.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        for client in open { try? await client.closeFuture.get() }
    }

    /// Takes no more, and cuts the connections that there are.
    package func close() {
        channel.close(promise: nil)
        clients.closeAll()
    }
}

/// The open connections.
private final class Clients: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// - Returns: Whether there was room.
    func add(_ channel: any Channel, limit: Int) -> Bool {
        let id = ObjectIdentifier(channel)
        let hasRoom = state.withLock { state in
            guard !state.isClosed, state.channels.count < limit else { return false }
            state.channels[id] = channel
            return true
        }
        if hasRoom { channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.channels.removeValue(forKey: id) } } }
        return hasRoom
    }

    func closeAll() { for channel in closed() { channel.close(promise: nil) } }

    /// From now on there is room for none.
    ///
    /// - Returns: Those that are open.
    func closed() -> [any Channel] {
        state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
    }
}
