/// What statements of bucket policies may name. Source: AWS's Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
extension BucketPolicy {
    /// What an action is about.
    private enum Level { case bucket, object }

    /// Finds actions that S3 does not have, and such as none of the resources beside them can be asked for: a statement that does nothing.
    ///
    /// - Returns: What S3 says of it; nil where all statements do something.
    func idleStatement(for bucket: String) -> Fault? {
        for statement in statements where !statement.actions.areOthers {
            let resources = statement.resources.areOthers ? [.bucket, .object] : Self.levels(of: statement.resources.patterns, bucket)
            for pattern in statement.actions.patterns where pattern != "*" {
                guard pattern.hasPrefix("s3:") else { return Fault(message: "Policy has invalid action") }
                let name = String(pattern.dropFirst("s3:".count))
                let actions = Self.levels(of: name)
                guard !actions.isEmpty else { return Fault(message: "Policy has invalid action") }
                guard !actions.isDisjoint(with: resources) else {
                    return Fault(message: "Action does not apply to any resource(s) in statement")
                }
            }
        }
        return nil
    }

    private static func levels(of resources: [String], _ bucket: String) -> Set<Level> {
        var found: Set<Level> = []
        for resource in resources {
            if resource == "*" { return [.bucket, .object] }
            let name = String(resource.dropFirst("arn:aws:s3:::".count))
            if matches(name, bucket) { found.insert(.bucket) }
            if name.contains("/") || name.contains("*") { found.insert(.object) }
        }
        return found
    }

    /// - Parameter name: A pattern in lower case, without `s3:`.
    private static func levels(of name: String) -> Set<Level> {
        var found: Set<Level> = []
        if objectActions.contains(where: { matches(name, $0) }) { found.insert(.object) }
        if bucketActions.contains(where: { matches(name, $0) }) { found.insert(.bucket) }
        return found
    }

    private static let objectActions: [String] = words(
        """
        AbortMultipartUpload BypassGovernanceRetention DeleteObject DeleteObjectTagging DeleteObjectVersion DeleteObjectVersionTagging GetObject
        GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention GetObjectTagging GetObjectTorrent GetObjectVersion
        GetObjectVersionAcl GetObjectVersionAttributes GetObjectVersionForReplication GetObjectVersionTagging GetObjectVersionTorrent
        InitiateReplication ListMultipartUploadParts ObjectOwnerOverrideToBucketOwner PutObject PutObjectAcl PutObjectLegalHold
        PutObjectRetention PutObjectTagging PutObjectVersionAcl PutObjectVersionTagging ReplicateDelete ReplicateObject ReplicateTags
        RestoreObject UpdateObjectEncryption GetObjectAnnotation PutObjectAnnotation DeleteObjectAnnotation ListObjectAnnotations
        """)

    private static let bucketActions: [String] = words(
        """
        CreateBucket CreateBucketMetadataTableConfiguration DeleteBucket DeleteBucketMetadataTableConfiguration DeleteBucketOwnershipControls
        DeleteBucketPolicy DeleteBucketWebsite GetAccelerateConfiguration GetAnalyticsConfiguration GetBucketAbac GetBucketAcl GetBucketCORS
        GetBucketLocation GetBucketLogging GetBucketMetadataTableConfiguration GetBucketNotification GetBucketObjectLockConfiguration
        GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketRequestPayment GetBucketTagging
        GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration
        GetLifecycleConfiguration GetMetricsConfiguration GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions
        ListTagsForResource PutAccelerateConfiguration PutAnalyticsConfiguration PutBucketAbac PutBucketAcl PutBucketCORS PutBucketLogging
        PutBucketNotification PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock
        PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutEncryptionConfiguration
        PutIntelligentTieringConfiguration PutInventoryConfiguration PutLifecycleConfiguration PutMetricsConfiguration
        PutReplicationConfiguration TagResource UntagResource UpdateBucketMetadataInventoryTableConfiguration
        UpdateBucketMetadataJournalTableConfiguration
        """)

    private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() } }
}
