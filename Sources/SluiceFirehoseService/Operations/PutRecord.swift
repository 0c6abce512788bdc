import SluiceCore
import SluiceServer
import SluiceStreams

enum PutRecord {
    static let operation = FirehoseOperation("PutRecord") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let record = input.value("Record")
        if record == nil { input.missing("Record") }
        try input.finish()
        let data = try PutData.bytes(record, at: "record")
        let (scope, stream) = try PutData.target(name, call)
        if call.context.faults.refuses { throw Faults.slowDown }
        let outcome = try await PutData.put([data], stream, scope)[0]
        guard let receipt = outcome.receipt else { throw Faults.slowDown }
        return .value(
            .structure(["RecordId": .text(PutData.id(receipt, stream)), "Encrypted": .boolean(stream.encryption != nil)]))
    }
}

enum PutRecordBatch {
    static let operation = FirehoseOperation("PutRecordBatch") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        guard let records = input.value("Records") else {
            input.missing("Records")
            try input.finish()
            return .empty
        }
        try input.finish()
        guard case .list(let elements) = records else { throw ServiceFault.serialization("Records is no list") }
        guard (1...FirehoseLimits.batchRecords).contains(elements.count) else {
            let bound = elements.isEmpty ? "greater than or equal to 1" : "less than or equal to \(FirehoseLimits.batchRecords)"
            throw ServiceFault(
                400, "ValidationException",
                "1 validation error detected: Value '[\(elements.count) records]' at 'records' failed to satisfy constraint: "
                    + "Member must have length \(bound)")
        }
        var data: [[UInt8]] = []
        for (index, element) in elements.enumerated() { data.append(try PutData.bytes(element, at: "records.\(index + 1).member")) }
        guard data.reduce(0, { $0 + $1.count }) <= FirehoseLimits.batchBytes else {
            throw Faults.invalid("Records size exceeds 4 MB limit")
        }
        let (scope, stream) = try PutData.target(name, call)
        let refused = data.map { _ in call.context.faults.refuses }
        let taken = zip(data, refused).filter { !$1 }.map(\.0)
        var outcomes = taken.isEmpty ? [] : try await PutData.put(taken, stream, scope)[...]
        var failures: Int64 = 0
        let answers = refused.map { isRefused -> WireValue in
            if !isRefused, let receipt = outcomes.popFirst()?.receipt {
                return .structure(["RecordId": .text(PutData.id(receipt, stream))])
            }
            failures += 1
            return .structure([
                "ErrorCode": .text(Faults.slowDown.code), "ErrorMessage": .text(Faults.slowDown.message),
            ])
        }
        return .value(
            .structure([
                "FailedPutCount": .integer(failures), "Encrypted": .boolean(stream.encryption != nil), "RequestResponses": .list(answers),
            ]))
    }
}

/// What the two ways of putting share.
enum PutData {
    /// The data of a record.
    ///
    /// - Throws: `SerializationException`, `ValidationException`, also for one over the limit.
    static func bytes(_ record: WireValue?, at path: String) throws(ServiceFault) -> [UInt8] {
        guard let record else { throw ServiceFault.serialization("\(path) is no record") }
        var reader = try InputReader(record, at: path)
        let bytes: [UInt8]
        switch reader.value("Data") {
        case .bytes(let data)?: bytes = data
        case .text(let text)?:
            guard let data = Base64.decode(Array(text.utf8)) else { throw ServiceFault.serialization("\(path).data is not in base 64") }
            bytes = data
        case nil:
            reader.missing("Data")
            try reader.finish()
            return []
        default: throw ServiceFault.serialization("\(path).data is no blob")
        }
        guard bytes.count <= FirehoseLimits.recordBytes else {
            throw ServiceFault(
                400, "ValidationException",
                "1 validation error detected: Value at '\(path).data' failed to satisfy constraint: "
                    + "Member must have length less than or equal to \(FirehoseLimits.recordBytes)")
        }
        return bytes
    }

    static func target(_ name: String, _ call: FirehoseCall) throws -> (FirehoseScope, DeliveryStream) {
        let scope = try call.scope()
        let stream = try scope.stream(name)
        guard stream.source == nil else {
            throw Faults.invalid("This operation is not permitted on KinesisStreamAsSource delivery stream type.")
        }
        return (scope, stream)
    }

    /// Stores records; they are on the disk when this returns.
    static func put(_ data: [[UInt8]], _ stream: DeliveryStream, _ scope: FirehoseScope) async throws -> [PutOutcome] {
        var payloads = ByteRows()
        for record in data { payloads.append(record) }
        let raw = RawRecords(
            bytes: payloads.data, starts: Array(payloads.offsets.dropLast()), ends: Array(payloads.offsets.dropFirst()))
        let batch = PutBatch(keys: ByteRows(texts: data.map { _ in "-" }), payloads: raw)
        let worker = try scope.worker(stream.name)
        do throws(SluiceError) {
            return try await worker.put(batch)
        } catch {
            // The disk: the client is told that it is full, and of other failures tries again.
            if error.code == .diskFull { throw error }
            throw error.code == .notFound ? Faults.noStream(stream.name, scope.id) : Faults.slowDown
        }
    }

    static func id(_ receipt: PutReceipt, _ stream: DeliveryStream) -> String {
        Base64.encode(Array("\(stream.createdMicros)/\(receipt.sequenceNumber)".utf8))
    }
}
