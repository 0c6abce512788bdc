#if Kafka
import SluiceCore
import SluiceKafka
import SluiceStreams
import Synchronization
import Testing

/// A topic of the cluster that `AdminBroker` plays.
struct PlayedTopic: Equatable {
    var partitions: Int32
    var replicas: Int16 = 1
    var settings: [String: String] = [:]
    /// When the records from offset 0 on arrived, in milliseconds since 1970; not descending.
    var arrivals: [Int64] = []
}

/// A broker that makes, changes and removes topics and finds offsets by time, which the library's mock does not: requests and answers of the
/// Kafka protocol in old versions that have what is needed. It holds no records.
final class AdminBroker: Sendable {
    private struct State {
        var topics: [String: PlayedTopic] = [:]
        var refusal: (code: Int16, text: String)?
        var port: UInt16 = 0
    }

    /// Versions that are spoken, by the number of the request.
    private static let versions: [(request: Int16, version: Int16)] = [
        (2, 1), (3, 4), (18, 0), (19, 4), (20, 1), (32, 1), (33, 0), (37, 0),
    ]
    /// What holds where nobody set anything.
    private static let defaults = ["retention.ms": "604800000", "max.message.bytes": "1048588", "cleanup.policy": "delete"]

    private let state = Mutex(State())
    private let server = Mutex<LoopbackServer?>(nil)

    init() throws {
        let opened = try LoopbackServer { [weak self] frame, _ in self?.answer(frame) ?? [] }
        state.withLock { $0.port = opened.port }
        server.withLock { $0 = opened }
    }

    subscript(name: String) -> PlayedTopic? {
        get { state.withLock { $0.topics[name] } }
        set { state.withLock { $0.topics[name] = newValue } }
    }

    /// Lets the next request that changes something fail.
    func refuse(_ code: Int16, _ text: String) { state.withLock { $0.refusal = (code, text) } }

    func streams() throws -> KafkaStreams {
        var settings = try KafkaSettings(brokers: "127.0.0.1:\(state.withLock { $0.port })")
        settings.requestMillis = 10_000
        return KafkaStreams(settings)
    }

    private func answer(_ frame: [UInt8]) -> [UInt8] {
        var request = WireReader(frame)
        let kind = request.number(Int16.self)
        let version = request.number(Int16.self)
        var answer = WireWriter()
        answer.int32(request.number(Int32.self))
        _ = request.text()
        state.withLock { state in
            switch kind {
            case 2: Self.offsets(&request, &answer, state)
            case 3: Self.metadata(&request, &answer, &state)
            case 18: Self.versions(version, &answer)
            case 19: Self.create(&request, &answer, &state)
            case 20: Self.delete(&request, &answer, &state)
            case 32: Self.describe(&request, &answer, state)
            case 33: Self.alter(&request, &answer, &state)
            case 37: Self.addPartitions(&request, &answer, &state)
            default: Issue.record("request \(kind) was not announced")
            }
        }
        return answer.bytes
    }

    /// A version that is not spoken is answered in the oldest form, with the error that makes a client ask again.
    private static func versions(_ version: Int16, _ answer: inout WireWriter) {
        answer.int16(version == 0 ? 0 : 35)
        answer.list(versions) { answer, entry in
            answer.int16(entry.request)
            answer.int16(entry.version)
            answer.int16(entry.version)
        }
    }

    /// Makes topics that are asked for, as brokers do unless they are told not to.
    private static func metadata(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let names = request.list { $0.text() ?? "" } ?? state.topics.keys.sorted()
        if request.number(UInt8.self) == 1 {
            for name in names where state.topics[name] == nil { state.topics[name] = PlayedTopic(partitions: 1) }
        }
        answer.int32(0)
        answer.broker(state.port)
        let topics = state.topics
        answer.list(names) { answer, name in
            answer.int16(topics[name] == nil ? 3 : 0)
            answer.text(name)
            answer.uint8(0)
            answer.list(0..<Int(topics[name]?.partitions ?? 0)) { answer, partition in answer.partition(partition) }
        }
    }

    private static func offsets(_ request: inout WireReader, _ answer: inout WireWriter, _ state: State) {
        _ = request.number(Int32.self)
        let topics = request.list { topic in
            (topic.text() ?? "", topic.list { ($0.number(Int32.self), $0.number(Int64.self)) } ?? [])
        }
        answer.list(topics ?? []) { answer, topic in
            answer.text(topic.0)
            let arrivals = state.topics[topic.0]?.arrivals ?? []
            answer.list(topic.1) { answer, place in
                answer.int32(place.0)
                answer.int16(0)
                answer.int64(-1)
                let found = arrivals.firstIndex { $0 >= place.1 }.map { Int64($0) } ?? -1
                switch place.1 {
                case -1: answer.int64(Int64(arrivals.count))
                case -2: answer.int64(0)
                default: answer.int64(found)
                }
            }
        }
    }

    private static func create(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let made = request.list { topic in
            let name = topic.text() ?? ""
            let (partitions, replicas) = (topic.number(Int32.self), topic.number(Int16.self))
            _ = topic.list { ($0.number(Int32.self), $0.list { $0.number(Int32.self) }) }
            return (name, PlayedTopic(partitions: partitions, replicas: replicas, settings: settings(&topic)))
        }
        answer.int32(0)
        let refusal = takeRefusal(&state)
        answer.list(made ?? []) { answer, topic in
            answer.text(topic.0)
            answer.int16(refusal?.code ?? (state.topics[topic.0] == nil ? 0 : 36))
            answer.text(refusal?.text)
            if refusal == nil, state.topics[topic.0] == nil { state.topics[topic.0] = topic.1 }
        }
    }

    private static func delete(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let names = request.list { $0.text() ?? "" }
        answer.int32(0)
        let refusal = takeRefusal(&state)
        answer.list(names ?? []) { answer, name in
            answer.text(name)
            answer.int16(refusal?.code ?? (state.topics[name] == nil ? 3 : 0))
            if refusal == nil { state.topics[name] = nil }
        }
    }

    private static func addPartitions(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let changes = request.list { change in
            let (name, count) = (change.text() ?? "", change.number(Int32.self))
            _ = change.list { $0.list { $0.number(Int32.self) } }
            return (name, count)
        }
        answer.int32(0)
        let refusal = takeRefusal(&state)
        answer.list(changes ?? []) { answer, change in
            answer.text(change.0)
            answer.int16(refusal?.code ?? 0)
            answer.text(refusal?.text)
            if refusal == nil { state.topics[change.0]?.partitions = change.1 }
        }
    }

    private static func describe(_ request: inout WireReader, _ answer: inout WireWriter, _ state: State) {
        let names = request.list { resource in
            _ = resource.number(UInt8.self)
            let name = resource.text() ?? ""
            _ = resource.list { $0.text() }
            return name
        }
        answer.int32(0)
        answer.list(names ?? []) { answer, name in
            answer.int16(0)
            answer.text(nil)
            answer.uint8(2)
            answer.text(name)
            let own = state.topics[name]?.settings ?? [:]
            answer.list(defaults.merging(own) { $1 }.sorted { $0.key < $1.key }) { answer, setting in
                answer.text(setting.key)
                answer.text(setting.value)
                answer.uint8(0)
                // 1: set for the topic, 5: nobody set it.
                answer.uint8(own[setting.key] == nil ? 5 : 1)
                answer.uint8(0)
                answer.list([String]()) { $0.text($1) }
            }
        }
    }

    private static func alter(_ request: inout WireReader, _ answer: inout WireWriter, _ state: inout State) {
        let changes = request.list { resource in
            _ = resource.number(UInt8.self)
            return (resource.text() ?? "", settings(&resource))
        }
        answer.int32(0)
        let refusal = takeRefusal(&state)
        answer.list(changes ?? []) { answer, change in
            answer.int16(refusal?.code ?? 0)
            answer.text(refusal?.text)
            answer.uint8(2)
            answer.text(change.0)
            if refusal == nil { state.topics[change.0]?.settings = change.1 }
        }
    }

    private static func settings(_ request: inout WireReader) -> [String: String] {
        let pairs = request.list { ($0.text() ?? "", $0.text() ?? "") } ?? []
        return Dictionary(pairs) { $1 }
    }

    private static func takeRefusal(_ state: inout State) -> (code: Int16, text: String)? {
        defer { state.refusal = nil }
        return state.refusal
    }
}
#endif
