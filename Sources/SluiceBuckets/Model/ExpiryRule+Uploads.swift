extension ExpiryRule {
    /// When the rule ends an upload that is not completed; nil where it is not about it.
    package func abortMicros(of upload: BucketUpload) -> Int64? {
        guard upload.key.bytes.starts(with: prefix) else { return nil }
        return uploadDays.map { Self.endMicros(upload.startedMicros, days: $0) }
    }
}
