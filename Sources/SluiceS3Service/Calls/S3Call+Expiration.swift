import SluiceBuckets
import SluiceCore
import SluiceServer

extension S3Call {
    /// `x-amz-expiration`: when the rules of the bucket remove an object, and which does; nil where none will.
    func expiration(of version: ObjectVersion) -> String? {
        guard version.isCurrent else { return nil }
        let times = rules.compactMap { rule in rule.expiryMicros(of: version).map { (micros: $0, id: rule.id) } }
        guard let next = times.min(by: { $0.micros < $1.micros }) else { return nil }
        return #"expiry-date="\#(HTTPDate.text(next.micros))", rule-id="\#(PercentText.encode(next.id))""#
    }

    /// `x-amz-abort-date` and `x-amz-abort-rule-id`: when the rules of the bucket end an upload, and which does; empty where none will.
    func abortion(of upload: BucketUpload) -> [(String, String)] {
        let times = rules.compactMap { rule in rule.abortMicros(of: upload).map { (micros: $0, id: rule.id) } }
        guard let next = times.min(by: { $0.micros < $1.micros }) else { return [] }
        // As it is, unless no header can hold it.
        let id = next.id.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? next.id : PercentText.encode(next.id)
        return [("x-amz-abort-date", HTTPDate.text(next.micros)), ("x-amz-abort-rule-id", id)]
    }

    /// Of the bucket, those that act.
    private var rules: [ExpiryRule] {
        guard let bucket = try? store.bucket(bucketName), bucket.hasLifecycle,
            let setting = try? store.setting(bucketName, BucketInfo.lifecycle)
        else { return [] }
        return LifecycleDocument.stored(setting)
    }

    func addExpiration(of version: ObjectVersion, to headers: inout HeaderFields) {
        if let text = expiration(of: version) { headers.add("x-amz-expiration", text) }
    }
}
