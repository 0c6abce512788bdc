import SluiceCore
import SluiceServer

/// Records that a pipeline transforms on their way. Source: the developer guide of Firehose, "Transform source data in Amazon Data Firehose".
extension Delivery {
    /// What the function of the plan makes of records, in their order; the records as they came where there is none.
    ///
    /// - Parameter failures: Gets the records that the function did not transform.
    /// - Throws: Why all of it has to be tried again.
    func transformed(_ records: RecordPile, failures: inout FailedRecords) async throws -> RecordPile {
        guard let function = plan.processing.function else { return records }
        let given = (0..<records.count).map { row in
            RecordFunctions.Record(id: String(row), data: Array(records[row]), arrivalMicros: records.arrivals[row])
        }
        let results = try await scope.world.functions.call(function.name, given)
        let byID = Dictionary(grouping: results, by: \.id)
        if let unknown = byID.keys.sorted().first(where: { Int($0).map(given.indices.contains) != true }) {
            throw SluiceError(
                .invalidArgument, "the pipeline \(function.name) gave the recordId \(unknown.quotedForMessage), which no record has",
                remedy: "let the column recordId as it is")
        }
        var pile = RecordPile()
        for (row, record) in given.enumerated() {
            let results = byID[record.id] ?? []
            guard results.count <= 1 else {
                let message = "\(results.count) rows came back for the record"
                failures.add(Self.failure(record, "Lambda.DuplicatedRecordId", message, function), "processing-failed")
                continue
            }
            switch results.first?.outcome {
            case nil, .dropped: break
            case .delivered(let data): pile.append(data, micros: records.arrivals[row])
            case .failed(let reason):
                failures.add(Self.failure(record, "Lambda.ProcessingFailedStatus", reason, function), "processing-failed")
            }
        }
        return pile
    }

    private static func failure(
        _ record: RecordFunctions.Record, _ code: String, _ message: String, _ function: Processing.Function
    ) -> FailedRecord {
        FailedRecord(
            data: record.data, micros: record.arrivalMicros, code: code, message: message,
            details: [.init("lambdaArn", .text(function.arn))])
    }
}

extension FirehoseScope {
    /// - Throws: `InvalidArgumentException` for a plan whose function is no pipeline.
    func checkFunction(of plan: DeliveryPlan) throws(ServiceFault) {
        guard let function = plan.processing.function else { return }
        let exists: Bool
        do {
            exists = try world.functions.exists(function.name)
        } catch {
            throw Faults.invalid("LambdaArn \(function.arn): \(ErrorLine.text(error))")
        }
        guard exists else {
            throw Faults.invalid(
                "The Lambda function \(function.arn) was not found: there is no definition of a pipeline \(function.name) below pipelines/."
            )
        }
    }
}
