#if Kafka
import Glibc
import SluiceCore
import SluiceKafka
import SluiceStreams
import Synchronization
import Testing

/// A broker that keeps records and the rule for the epochs and sequences of producers (`PlayedPartition.append`), which the library's mock does
/// not: it takes a batch out of order, and the library then believes that the batch before it was stored.
///
/// Requests and answers of the Kafka protocol in the oldest versions that have what is needed.
final class RecordBroker: Sendable {
    /// What happens to a request that stores records.
    enum Fault: Equatable {
        case none
        /// Nothing is stored, with this error.
        case refuse(Int16)
        /// Nothing is stored, with this error, which is told when the next request is there, too, or does not come for a while.
        case refuseLate(Int16)
        /// Records are stored, with this error: replicas did not follow in time.
        case storeAndRefuse(Int16)
        /// Nothing is stored, and the connection is cut.
        case cut
        /// Records are stored, and the connection is cut instead of an answer.
        case loseAnswer

        fileprivate var refusal: Int16? {
            switch self {
            case .refuse(let code), .refuseLate(let code): code
            default: nil
            }
        }
    }

    private struct State {
        var topics: [String: [PlayedPartition]] = [:]
        var faults: [Fault] = []
        var lastProducer: Int64 = 0
        var port: UInt16 = 0
    }

    /// Ranges of versions, by the number of the request; the library takes the newest.
    private static let versions: [(request: Int16, newest: Int16)] = [(0, 3), (1, 4), (2, 1), (3, 4), (18, 0), (22, 0)]

    private let state = Mutex(State())
    private let server = Mutex<LoopbackServer?>(nil)

    init() throws {
        let opened = try LoopbackServer { [weak self] in self?.answer($0, to: $1) }
        state.withLock { $0.port = opened.port }
        server.withLock { $0 = opened }
    }

    var address: String { "127.0.0.1:\(state.withLock { $0.port })" }

    func makeTopic(_ name: String, partitions: Int) {
        state.withLock { $0.topics[name] = Array(repeating: PlayedPartition(), count: partitions) }
    }

    func removeTopic(_ name: String) { state.withLock { $0.topics[name] = nil } }
    var topicNames: [String] { state.withLock { $0.topics.keys.sorted() } }

    /// What happens to the next requests that store records, one after another.
    func plan(_ faults: [Fault]) { state.withLock { $0.faults = faults } }
    var isPlanDone: Bool { state.withLock { $0.faults.isEmpty } }

    func streams(_ properties: [String: String] = [:]) throws -> KafkaStreams {
        let quick = ["fetch.wait.max.ms": "20", "reconnect.backoff.ms": "10", "reconnect.backoff.max.ms": "50"]
        var settings = try KafkaSettings(
            brokers: address, properties: quick.merging(properties) { $1 })
        settings.requestMillis = 20_000
        return KafkaStreams(settings)
    }

    private func answer(_ frame: [UInt8], to client: LoopbackServer.Connection) -> [UInt8]? {
        var request = WireReader(frame)
        let (kind, version) = (request.number(Int16.self), request.number(Int16.self))
        let fault = kind == 0 ? takeFault() : .none
        if case .refuseLate = fault { client.awaitNext(millis: 300) }
        var answer = WireWriter()
        answer.int32(request.number(Int32.self))
        _ = request.text()
        let isKept = state.withLock { state in
            switch kind {
            case 0: return Self.produce(&request, &answer, &state, fault)
            case 1: Self.fetch(&request, &answer, state)
            case 2: Self.offsets(&request, &answer, state)
            case 3: Self.metadata(&request, &answer, &state)
            case 18: Self.versions(version, &answer)
            case 22: Self.identify(&answer, &state)
            default: Issue.record("request \(kind) was not announced")
            }
            return true
        }
        // Who asks again at once would keep a processor busy.
        if kind == 1 { usleep(2_000) }
        return isKept ? answer.bytes : nil
    }

    private func takeFault() -> Fault { state.withLock { $0.faults.isEmpty ? .none : $0.faults.removeFirst() } }

    /// - Returns: False where the connection is to be cut.
    private static func produce(
        _ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State, _ fault: Fault
    ) -> Bool {
        _ = (request.text(), request.number(Int16.self), request.number(Int32.self))
        let topics = request.list { topic in (topic.text() ?? "", topic.list { ($0.number(Int32.self), $0.block()) } ?? []) } ?? []
        if fault == .cut { return false }
        var stored = state.topics
        answer.list(topics) { answer, topic in
            answer.text(topic.0)
            answer.list(topic.1) { answer, part in
                var result: (code: Int16, offset: Int64) = (3, -1)
                if let code = fault.refusal {
                    result.code = code
                } else if stored[topic.0]?.indices.contains(Int(part.0)) == true {
                    result = stored[topic.0]?[Int(part.0)].append(part.1) ?? result
                }
                if case .storeAndRefuse(let code) = fault { result = (code, -1) }
                answer.int32(part.0)
                answer.int16(result.code)
                answer.int64(result.offset)
                answer.int64(-1)
            }
        }
        answer.int32(0)
        state.topics = stored
        return fault != .loseAnswer
    }

    private static func fetch(_ request: inout WireReader, _ answer: inout WireWriter, _ state: State) {
        for _ in 0..<4 { _ = request.number(Int32.self) }
        _ = request.number(UInt8.self)
        let topics = request.list { topic in
            (topic.text() ?? "", topic.list { ($0.number(Int32.self), $0.number(Int64.self), $0.number(Int32.self)) } ?? [])
        }
        answer.int32(0)
        answer.list(topics ?? []) { answer, topic in
            answer.text(topic.0)
            answer.list(topic.1) { answer, place in
                let partition = state.topics[topic.0].flatMap { $0.indices.contains(Int(place.0)) ? $0[Int(place.0)] : nil }
                answer.int32(place.0)
                answer.int16(partition == nil ? 3 : 0)
                answer.int64(partition?.end ?? -1)
                answer.int64(partition?.end ?? -1)
                answer.int32(-1)
                answer.block(partition?.batches(from: place.1, limit: Int(place.2)) ?? [])
            }
        }
    }

    private static func offsets(_ request: inout WireReader, _ answer: inout WireWriter, _ state: State) {
        _ = request.number(Int32.self)
        let topics = request.list { topic in (topic.text() ?? "", topic.list { ($0.number(Int32.self), $0.number(Int64.self)) } ?? []) }
        answer.list(topics ?? []) { answer, topic in
            answer.text(topic.0)
            answer.list(topic.1) { answer, place in
                answer.int32(place.0)
                answer.int16(0)
                answer.int64(-1)
                answer.int64(place.1 == -2 ? 0 : state.topics[topic.0]?[Int(place.0)].end ?? 0)
            }
        }
    }

    /// Makes topics that are asked for, as brokers do unless they are told not to.
    private static func metadata(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let names = request.list { $0.text() ?? "" } ?? state.topics.keys.sorted()
        if request.number(UInt8.self) == 1 {
            for name in names where state.topics[name] == nil { state.topics[name] = [PlayedPartition()] }
        }
        let (topics, port) = (state.topics, state.port)
        answer.int32(0)
        answer.broker(port)
        answer.list(names) { answer, name in
            answer.int16(topics[name] == nil ? 3 : 0)
            answer.text(name)
            answer.uint8(0)
            answer.list(Array((topics[name] ?? []).indices)) { answer, partition in answer.partition(partition) }
        }
    }

    private static func identify(_ answer: inout WireWriter, _ state: inout State) {
        state.lastProducer += 1
        answer.int32(0)
        answer.int16(0)
        answer.int64(state.lastProducer)
        answer.int16(0)
    }

    private static func versions(_ version: Int16, _ answer: inout WireWriter) {
        answer.int16(version == 0 ? 0 : 35)
        answer.list(versions) { answer, entry in
            answer.int16(entry.request)
            answer.int16(0)
            answer.int16(entry.newest)
        }
    }
}
#endif
