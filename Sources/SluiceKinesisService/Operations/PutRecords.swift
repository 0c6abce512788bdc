import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum PutRecords {
    static let operation = KinesisOperation("PutRecords") { call in
        let request = try Self.request(call)
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

    /// The quick way for what clients send, and the one that explains for everything else.
    private static func request(_ call: KinesisCall) throws -> PutRequest {
        if call.format == .json, let request = PutScanner.scan(call.body) { return request }
        let value = try call.format.decode(call.body)
        var input = try InputReader(value)
        var request = PutRequest(stream: try input.stream())
        request.isDry = try input.boolean("DryRun") ?? false
        guard let records = input.value("Records") else {
            input.missing("Records")
            try input.finish()
            return request
        }
        guard case .list(let elements) = records else { throw ServiceFault.serialization("Records is no list") }
        guard StreamLimits.putRecords >= elements.count, !elements.isEmpty else {
            let bound = elements.isEmpty ? "greater than or equal to 1" : "less than or equal to \(StreamLimits.putRecords)"
            throw ServiceFault(
                400, "ValidationException",
                "1 validation error detected: Value '[\(elements.count) records]' at 'records' failed to satisfy constraint: "
                    + "Member must have length \(bound)")
        }
        try input.finish()
        for (index, element) in elements.enumerated() {
            var reader = try InputReader(element, at: "records.\(index + 1).member")
            try request.entries.append(&reader, call.format)
            try reader.finish()
        }
        return request
    }
}
