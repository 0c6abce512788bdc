import SluiceBuckets
import SluiceCore
import SluiceHTTP
import SluiceServer

/// One delivery: what records become, and where that goes.
struct Delivery: Sendable {
    let plan: DeliveryPlan
    let stream: DeliveryStream
    let scope: FirehoseScope
    /// The endpoint's access key, sealed, in base 64.
    let sealedAccessKey: String?
    let names: BatchName

    /// - Throws: `InvalidArgumentException` for a destination that is none any more, such as one in a zone that tzdata has no more.
    init(_ stream: DeliveryStream, _ pending: Progress.Pending, start: Progress.Places, _ scope: FirehoseScope) throws {
        plan = try DeliveryPlan(pending.destination, pending.kind, at: "destination")
        self.stream = stream
        sealedAccessKey = pending.sealedAccessKey
        self.scope = scope
        names = BatchName(stream, version: pending.version, start: start, scope.id)
    }

    /// Brings records to the destination.
    ///
    /// - Parameter isEnding: The server ends, so that nothing may take long.
    /// - Throws: What failed; everything has to be tried again then, under the same names.
    func send(_ records: RecordPile, _ attempts: Attempts, isEnding: Bool) async throws {
        if let endpoint = plan.endpoint {
            try await send(records, to: endpoint, attempts, isEnding: isEnding)
            return
        }
        var sorted = RecordSorter(plan, names, nowMicros: scope.world.clock.nowMicros())
        let whole = sorted.split(records)
        sorted.add(try await transformed(whole, failures: &sorted.failures))
        for (role, pile) in sorted.piles {
            if let conversion = plan.conversion {
                let converted = try RowConverter(conversion, scope.world).convert(pile.records)
                if let file = converted.file {
                    try await put(file, pile.records.oldestMicros, role, pile.keys, to: plan.s3, extension: ".parquet")
                }
                for failure in converted.failures { sorted.failures.add(failure, "format-conversion-failed") }
            } else {
                let bytes = Compressing.compress(pile.records.joined(plan.processing.delimiter), plan.s3.compression)
                try await put(bytes, pile.records.oldestMicros, role, pile.keys, to: plan.s3)
            }
        }
        try await putFailures(sorted.failures)
        if let backup = plan.backup {
            try await put(Compressing.compress(records.bytes, backup.compression), records.oldestMicros, "backup", [:], to: backup)
        }
    }

    func putFailures(_ failures: FailedRecords) async throws {
        for (type, failed) in failures.byType.sorted(by: { $0.key < $1.key }) {
            let values = PrefixExpression.Values(
                micros: failed.oldestMicros, zone: plan.s3.zone, random: names.random(type), errorType: type)
            let key = plan.s3.errorPrefix.text(values) + names.suffix(type, micros: failed.oldestMicros)
            try await put(failed.lines, key, in: plan.s3.bucket)
        }
    }

    /// - Parameters:
    ///   - micros: Arrival of the oldest record.
    ///   - role: What tells the object from others of the delivery.
    func put(
        _ bytes: [UInt8], _ micros: Int64, _ role: String, _ keys: [String: String], to target: S3Target, extension usual: String? = nil
    ) async throws {
        let values = PrefixExpression.Values(micros: micros, zone: target.zone, random: names.random(role), keys: keys)
        let ending = target.fileExtension ?? usual ?? target.compression.fileExtension
        try await put(bytes, target.prefix.text(values) + names.suffix(role, micros: micros) + ending, in: target.bucket)
    }

    private func put(_ bytes: [UInt8], _ text: String, in bucket: String) async throws {
        guard let key = ObjectKey(text) else {
            throw SluiceError(.invalidArgument, "\(text.quotedForMessage) is no key of an object: it has more than 1,024 bytes")
        }
        let store = scope.world.buckets
        do throws(BucketFailure) {
            guard try store.bucket(bucket).owner == scope.id.account else {
                throw BucketFailure.disk(
                    SluiceError(.accessDenied, "the bucket \(bucket.quotedForMessage) belongs to another account than \(scope.id.account)"))
            }
            let file = store.newFile()
            try await store.append(bytes, to: file)
            var traits = ObjectTraits()
            traits.headers = [ObjectTraits.Field("content-type", "application/octet-stream")]
            _ = try await store.put(bucket, key, file, traits)
        } catch {
            throw Self.told(error, bucket)
        }
    }

    private static func told(_ failure: BucketFailure, _ bucket: String) -> SluiceError {
        switch failure {
        case .noSuchBucket(let name):
            SluiceError(.notFound, "there is no bucket \(name.quotedForMessage)", remedy: "create it: what waits is delivered then")
        case .disk(let error): error
        default: SluiceError(.ioFailure, "the bucket \(bucket.quotedForMessage) does not take an object: \(failure.text)")
        }
    }
}
