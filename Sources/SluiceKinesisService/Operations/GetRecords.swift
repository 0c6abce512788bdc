import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum GetRecords {
    static let operation = KinesisOperation("GetRecords") { call in
        var input = try call.input()
        let token = try input.requiredText("ShardIterator", Rules.iterator)
        let limit = try input.integer("Limit", 1...10_000) ?? StreamLimits.getRecords
        let arn = try input.text("StreamARN", Rules.streamARN)
        let isDry = try input.boolean("DryRun") ?? false
        try input.finish()
        let scope = try call.scope()
        let iterator = ShardIterator(token: token)
        let place = try scope.reader(of: iterator)
        if let arn, try call.resource(arn, in: scope).stream != place.stream {
            throw Faults.invalid("The StreamARN is of another stream than the ShardIterator.")
        }
        if isDry { throw DryRun.succeeded() }
        let shard = try call.context.quotas.flatMap { _ in try place.backend.shard(of: iterator) }
            .map { StreamQuotas.Shard(scope: scope.id, stream: place.stream, number: $0) }
        if let shard, call.context.quotas?.read(shard) == false {
            throw Throttling.fault(StreamTarget(scope: scope, name: place.stream), ShardID(shard.number))
        }
        let page: RecordPage
        do throws(SluiceError) {
            page = try place.backend.getRecords(iterator, limit: limit)
        } catch {
            throw Faults.iterator(error)
        }
        if let shard { call.context.quotas?.wasRead(shard, bytes: page.recordBytes) }
        switch call.format {
        case .json: return .encoded(RecordWriter.json(page))
        case .cbor:
            return .value(
                .structure([
                    "Records": RecordWriter.value(page), "NextShardIterator": page.next.map { .text($0.token) },
                    "MillisBehindLatest": .integer(page.millisBehindLatest), "ChildShards": RecordWriter.children(page),
                ]))
        }
    }
}
