import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum PutRecords {
    static let operation = KinesisOperation("PutRecords") { call in
        let request = try PutRequest(call.body, call.format)
        let target = try call.target(request.stream)
        let summary = try target.summary()
        try request.entries.check(summary, target)
        if request.isDry { throw DryRun.succeeded() }
        let throttled = try Self.throttled(request.entries, target, call.context)
        let entries = throttled.isEmpty ? request.entries : request.entries.without(throttled)
        var outcomes: [PutOutcome] = []
        if entries.count > 0 {
            do throws(SluiceError) {
                outcomes = try await target.scope.writing.putRecords(entries.batch, to: target.name)
            } catch {
                throw target.refusal(error)
            }
        }
        let answer = PutAnswer(outcomes, throttled: throttled, isEncrypted: summary.configuration.isEncrypted)
        switch call.format {
        case .json: return .encoded(answer.json)
        case .cbor: return .value(answer.value)
        }
    }

    /// The rows that are refused, and what is said of each.
    private static func throttled(_ entries: PutEntries, _ target: StreamTarget, _ home: KinesisHome) throws -> [Int: String] {
        guard home.faults.refusedRecords > 0 || home.quotas != nil else { return [:] }
        var refused: [Int: String] = [:]
        for row in 0..<entries.count where home.faults.refuses { refused[row] = Throttling.message(target) }
        guard let quotas = home.quotas else { return refused }
        do throws(SluiceError) {
            let rows = (0..<entries.count).filter { refused[$0] == nil }
            for (row, shard) in try quotas.refusals(entries, rows: rows, target) { refused[row] = Throttling.message(target, shard) }
        } catch {
            throw target.refusal(error)
        }
        return refused
    }
}
