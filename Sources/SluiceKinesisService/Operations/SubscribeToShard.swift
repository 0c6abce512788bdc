import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum SubscribeToShard {
    static let operation = KinesisOperation("SubscribeToShard") { call in
        var input = try call.input()
        let arn = try input.requiredText("ConsumerARN", Rules.consumerARN)
        let shard = try input.requiredText("ShardId", Rules.shard)
        let start = try input.structure("StartingPosition") { reader throws(ServiceFault) in
            StartingPlace(
                type: try reader.requiredText("Type", Rules.iteratorType), number: try reader.text("SequenceNumber", Rules.sequence),
                micros: try reader.time("Timestamp"))
        }
        if start == nil { input.missing("StartingPosition") }
        let isDry = try input.boolean("DryRun") ?? false
        try input.finish()
        let scope = try call.scope()
        let consumer = try Consumers.find(arn, call, scope)
        let target = StreamTarget(scope: scope, name: consumer.stream)
        guard let start, let id = ShardID(parsing: shard) else { throw Faults.noShard(shard, target.name, scope) }
        let position = try start.position(shard: id, target, operation: "SubscribeToShard")
        let push: ShardPush
        do throws(SluiceError) {
            push = try ShardPush(target, id, position)
        } catch {
            throw Faults.fault(error, shard: shard, stream: target.name, scope)
        }
        if isDry { throw DryRun.succeeded() }
        let ticket = try scope.subscriptions.begin(.init(consumer: arn, shard: id.number))
        return .events { writer in
            defer { scope.subscriptions.end(ticket) }
            try await push.run(writer, call.format) { scope.subscriptions.isCurrent(ticket) }
        }
    }
}

/// Pushes a shard's records to one subscriber as they are committed.
struct ShardPush: Sendable {
    private let subscription: any ShardSubscription
    private let shard: ShardID
    /// What a later subscription goes on behind.
    private let before: ServiceNumber

    /// - Throws: what keeps the position from being read.
    init(_ target: StreamTarget, _ shard: ShardID, _ position: IteratorPosition) throws(SluiceError) {
        let backend = target.scope.reader(target.name)
        let stream = try backend.stream(target.name)
        // Fixed before the first event, so that what comes meanwhile is pushed, too.
        let offset = try stream.place(of: position, shard: shard.number)
        subscription = try backend.subscribe(target.name, shard, .atSequenceNumber(SequenceNumber(shard: shard.number, offset: offset)))
        self.shard = shard
        before = ServiceNumber(shard: shard.number, place: offset)
    }

    /// What waiting for the next page ended with.
    private enum Event: Sendable {
        case page(RecordPage)
        case end
        case silence
    }

    /// Pushes until the shard's end, or the subscription's: after five minutes, or when another takes over.
    func run(_ writer: EventWriter, _ format: WireFormat, isCurrent: @Sendable () -> Bool) async throws {
        let start = ContinuousClock.now
        var (last, heard) = (before, start)
        while isCurrent(), ContinuousClock.now - start < .seconds(ServiceLimits.subscriptionSeconds) {
            switch try await next() {
            case .page(let page):
                for part in Self.parts(page) {
                    if let batch = part.batches.last, let number = ServiceNumber(batch.sequenceNumber(batch.count - 1)) { last = number }
                    try await writer.event(
                        "SubscribeToShardEvent", RecordWriter.event(part, continuation: last.text, format))
                }
                heard = .now
                if !page.children.isEmpty { return }
            case .end: return
            case .silence:
                guard ContinuousClock.now - heard >= .seconds(ServiceLimits.heartbeatSeconds) else { continue }
                heard = .now
                let nothing = RecordPage(batches: [], next: nil, millisBehindLatest: 0)
                try await writer.event(
                    "SubscribeToShardEvent", RecordWriter.event(nothing, continuation: last.text, format))
            }
        }
    }

    /// The next page, or silence after half a second, so that the end of the subscription is seen.
    private func next() async throws -> Event {
        try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { try await subscription.next().map(Event.page) ?? .end }
            group.addTask {
                do { try await Task.sleep(for: .milliseconds(500)) } catch { return .silence }
                return .silence
            }
            let first = try await group.next() ?? .end
            group.cancelAll()
            guard case .silence = first else { return first }
            // A page that came at the same moment is not lost; one that did not leaves the subscription where it was.
            if case .page(let page)? = try await group.next() { return .page(page) }
            try Task.checkCancellation()
            return .silence
        }
    }

    /// A page in parts that events may have, each with how far its own last record is behind the newest one; the shard's end in the last one.
    static func parts(_ page: RecordPage) -> [RecordPage] {
        var parts: [RecordPage] = []
        let last = page.batches.last.map { $0.arrivalMicros($0.count - 1) } ?? 0
        for batch in page.batches {
            for start in stride(from: 0, to: batch.count, by: ServiceLimits.eventRecords) {
                let rows = start..<min(batch.count, start + ServiceLimits.eventRecords)
                let behind = page.millisBehindLatest + max(0, last - batch.arrivalMicros(rows.upperBound - 1)) / 1_000
                parts.append(RecordPage(batches: [batch.slice(rows)], next: nil, millisBehindLatest: behind))
            }
        }
        if parts.isEmpty { return [page] }
        parts[parts.count - 1].children = page.children
        return parts
    }
}

extension RecordBatch {
    /// A range of the rows; payloads are not copied.
    fileprivate func slice(_ rows: Range<Int>) -> RecordBatch {
        if rows == 0..<count { return self }
        var part = self
        switch numbers {
        case .stepping(let first, let step): part.numbers = .stepping(first: first + UInt128(rows.lowerBound) * step, step: step)
        case .listed(let numbers): part.numbers = .listed(Array(numbers[rows]))
        }
        if case .listed(let micros) = arrivals { part.arrivals = .listed(Array(micros[rows])) }
        part.keys = keys.slice(rows)
        part.payloads = payloads.slice(rows)
        return part
    }
}
