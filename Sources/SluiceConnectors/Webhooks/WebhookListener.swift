import SluiceCore
import SluiceJSON
import SluiceLog
import SluiceLoopback
import SluiceStreams
import Synchronization

/// Takes webhooks and stores each in a stream before it is answered with 200.
final class WebhookListener: Sendable {
    struct Settings: Sendable {
        var port: Int
        var path: String
        var signature: WebhookSignature
        var id: WebhookIDPlace
        var bodyBytes = WebhookLimits.bodyBytes
        var waitingRecords = WebhookLimits.waitingRecords
        var clock = WallClock.system
        /// Why a body is no record; nil for one that is.
        var fault: @Sendable ([UInt8]) -> String? = { _ in nil }
    }

    private struct State {
        var seen = SeenWebhooks()
        var underWay = 0
        /// Of each shard, how far the pipeline has read.
        var reached: [Int: UInt64] = [:]
    }

    private let settings: Settings
    private let stream: RecordStream
    private let state: Mutex<State>
    private let server: HTTPReceiver

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - stream: Opened for writing; closed at the end.
    ///   - seen: What is in it.
    /// - Throws: `addressInUse` for a port that another process has.
    init(_ settings: Settings, into stream: RecordStream, knowing seen: SeenWebhooks) throws(SluiceError) {
        self.settings = settings
        self.stream = stream
        state = Mutex(State(seen: seen))
        let relay = Relay()
        do {
            server = try HTTPReceiver(
                port: settings.port,
                limits: .init(
                    bodyBytes: settings.bodyBytes, connections: WebhookLimits.connections, requestSeconds: WebhookLimits.requestSeconds)
            ) { request in
                await relay.listener.withLock { $0.value }?.answer(request) ?? WebhookListener.later("the listener is starting")
            }
        } catch {
            throw SluiceError(
                .addressInUse, "cannot listen on port \(settings.port) of the loopback address: \(error)",
                remedy: "stop the other process, or name another port", underlying: error)
        }
        relay.listener.withLock { $0.value = self }
    }

    deinit { close() }

    /// Where senders, or the proxy before them, find it.
    var address: String { server.address + settings.path }

    func close() {
        server.close()
        stream.close()
    }

    /// How far the pipeline has read.
    func note(reached: [Int: UInt64]) { state.withLock { $0.reached = reached } }

    // MARK: Requests

    func answer(_ request: HTTPReceiver.Request) async -> HTTPReceiver.Answer {
        guard request.target.prefix(while: { $0 != "?" }) == settings.path else { return .init(404, "nothing is here\n") }
        guard request.method == "POST" else { return .init(405, "webhooks are sent with POST\n", headers: ["Allow": "POST"]) }
        switch settings.signature.check(request.headers, request.body, now: settings.clock.nowMicros()) {
        case .valid: break
        case .wrong: return .init(401, "the signature is not one of this body\n")
        case .stale: return .init(401, "the signature's time is too far from now\n")
        }
        guard !request.body.isEmpty else { return .init(400, "there is no body\n") }
        if let challenge = challenge(request) { return .init(200, challenge, headers: ["Content-Type": "text/plain"]) }
        if let fault = settings.fault(request.body) { return .init(400, "the body is no JSON object: \(fault)\n") }
        let id = settings.id.id(request.headers, request.body)
        return await store(request.body, key: id.map { SeenWebhooks.key(of: $0) } ?? Self.randomKey(), isNew: id == nil)
    }

    /// Slack asks once, when the address is entered, to be told a text again (api.slack.com/events/url_verification).
    private func challenge(_ request: HTTPReceiver.Request) -> String? {
        guard settings.signature.scheme == .slack, let body = try? JSONParser.parse(request.body),
            body["type"]?.string == "url_verification"
        else { return nil }
        return body["challenge"]?.string
    }

    private func store(_ body: [UInt8], key: String, isNew: Bool) async -> HTTPReceiver.Answer {
        guard hasRoom else { return Self.later("the pipeline is behind") }
        let finding = state.withLock { state -> SeenWebhooks.Finding? in
            guard state.underWay < WebhookLimits.requestsAtOnce else { return nil }
            let finding = isNew ? .new : state.seen.begin(key)
            if finding == .new { state.underWay += 1 }
            return finding
        }
        switch finding {
        case nil: return Self.later("too many requests at once")
        case .underWay?: return Self.later("this one is being stored")
        case .stored?: return .init(200, "known\n")
        case .new?: break
        }
        let failure = await put(body, key: key)
        state.withLock { state in
            state.underWay -= 1
            if isNew { return }
            if failure == nil { state.seen.stored(key) } else { state.seen.failed(key) }
        }
        return failure == nil ? .init(200, "stored\n") : Self.later("it could not be stored")
    }

    /// - Returns: Nil where the record is on the disk.
    private func put(_ body: [UInt8], key: String) async -> SluiceError? {
        do throws(SluiceError) {
            let outcomes = try await stream.put(PutBatch(key: key, payload: body))
            if case .failed(let error)? = outcomes.first { return error }
            return nil
        } catch {
            return error
        }
    }

    private var hasRoom: Bool {
        let reached = state.withLock { $0.reached }
        var waiting: UInt64 = 0
        for shard in stream.openShards {
            let end = (try? stream.endSequence(shard: shard)) ?? 0
            let place = reached[shard] ?? 0
            waiting += end > place ? end - place : 0
        }
        return waiting < UInt64(settings.waitingRecords)
    }

    private static func later(_ why: String) -> HTTPReceiver.Answer {
        .init(503, "\(why); come again\n", headers: ["Retry-After": String(WebhookLimits.retrySeconds)])
    }

    private static func randomKey() -> String {
        "\(UInt64.random(in: .min ... .max).hexadecimal)\(UInt64.random(in: .min ... .max).hexadecimal)"
    }
}

/// Leads from the server, which is there first, to its listener.
private final class Relay: Sendable {
    struct Weak: Sendable {
        weak var value: WebhookListener?
    }

    let listener = Mutex(Weak())
}

extension SluiceError.Code {
    static let addressInUse = Self("address-in-use")
}
