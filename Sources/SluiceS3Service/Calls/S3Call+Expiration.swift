import SluiceBuckets
import SluiceHTTP
import SluiceServer

extension S3Call {
    /// `x-amz-expiration`: when the rules of the bucket remove an object, and which does; nil where none will.
    func expiration(of version: ObjectVersion) -> String? {
        guard version.isCurrent, let bucket = try? store.bucket(bucketName), bucket.hasLifecycle,
            let setting = try? store.setting(bucketName, BucketInfo.lifecycle)
        else { return nil }
        let times = LifecycleDocument.stored(setting).compactMap { rule in rule.expiryMicros(of: version).map { (micros: $0, id: rule.id) }
        }
        guard let next = times.min(by: { $0.micros < $1.micros }) else { return nil }
        return #"expiry-date="\#(HTTPDate.text(next.micros))", rule-id="\#(PercentText.encode(next.id))""#
    }

    func addExpiration(of version: ObjectVersion, to headers: inout HeaderFields) {
        if let text = expiration(of: version) { headers.add("x-amz-expiration", text) }
    }
}
