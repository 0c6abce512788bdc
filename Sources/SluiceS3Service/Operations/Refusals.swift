/// Parts of buckets and objects that S3 has and Sluice has not, or only to look at.
extension S3Operation {
    /// Operations of the service that are not offered, with what to do instead. Source of the names: the API model of 2026-08.
    static let refusals: [S3Operation] =
        missing.flatMap(\.operations) + [
            S3Operation("PutBucketAcl", "PUT", .bucket, mark: "acl", refusal: S3Call.noACLs),
            S3Operation("PutObjectAcl", "PUT", .object, mark: "acl", refusal: S3Call.noACLs),
        ]

    /// What is known by one parameter of the query, and not there.
    private struct Missing {
        var mark: String
        var level: Level
        var reason: String
        /// By method.
        var methods: KeyValuePairs<String, String>
        /// Of several things of the kind; then those of `methods` name one by `element`.
        var listing: String?
        var element = "id"

        init(
            _ mark: String, of level: Level = .bucket, _ reason: String, _ methods: KeyValuePairs<String, String>, listing: String? = nil,
            element: String = "id"
        ) {
            self.mark = mark
            self.level = level
            self.reason = reason
            self.methods = methods
            self.listing = listing
            self.element = element
        }

        var operations: [S3Operation] {
            func refused(_ name: String, _ method: String, parameter: String?) -> S3Operation {
                S3Operation(name, method, level, mark: mark, parameter: parameter, refusal: .notImplemented("\(name): \(reason)"))
            }
            return methods.map { refused($0.value, $0.key, parameter: listing == nil ? nil : element) }
                + [listing.map { refused($0, "GET", parameter: nil) }].compactMap(\.self)
        }
    }

    private static let oneServer = "there is one server"
    private static let oneClass = "there is one storage class"
    private static let plain = "objects are not encrypted on the disk"
    private static let removable = "objects can always be removed"
    private static let queried = "sluice query reads what objects hold and what the bucket lists"

    private static let missing: [Missing] = [
        Missing("replication", oneServer, ["PUT": "PutBucketReplication", "DELETE": "DeleteBucketReplication"]),
        Missing("encryption", plain, ["PUT": "PutBucketEncryption", "DELETE": "DeleteBucketEncryption"]),
        Missing("encryption", of: .object, plain, ["PUT": "UpdateObjectEncryption"]),
        Missing("logging", "the server's own log has the requests", ["PUT": "PutBucketLogging"]),
        Missing("requestPayment", "nobody pays", ["PUT": "PutBucketRequestPayment"]),
        Missing("accelerate", oneServer, ["PUT": "PutBucketAccelerateConfiguration"]),
        Missing(
            "ownershipControls", "the owner of a bucket owns all of its objects",
            ["PUT": "PutBucketOwnershipControls", "DELETE": "DeleteBucketOwnershipControls"]),
        Missing("object-lock", removable, ["PUT": "PutObjectLockConfiguration"]),
        Missing("legal-hold", of: .object, removable, ["PUT": "PutObjectLegalHold"]),
        Missing("retention", of: .object, removable, ["PUT": "PutObjectRetention"]),
        Missing(
            "inventory", "list the bucket",
            [
                "GET": "GetBucketInventoryConfiguration", "PUT": "PutBucketInventoryConfiguration",
                "DELETE": "DeleteBucketInventoryConfiguration",
            ], listing: "ListBucketInventoryConfigurations"),
        Missing(
            "analytics", oneClass,
            [
                "GET": "GetBucketAnalyticsConfiguration", "PUT": "PutBucketAnalyticsConfiguration",
                "DELETE": "DeleteBucketAnalyticsConfiguration",
            ], listing: "ListBucketAnalyticsConfigurations"),
        Missing(
            "metrics", "the port's metrics are at /_sluice/metrics",
            ["GET": "GetBucketMetricsConfiguration", "PUT": "PutBucketMetricsConfiguration", "DELETE": "DeleteBucketMetricsConfiguration"],
            listing: "ListBucketMetricsConfigurations"),
        Missing(
            "intelligent-tiering", oneClass,
            [
                "GET": "GetBucketIntelligentTieringConfiguration", "PUT": "PutBucketIntelligentTieringConfiguration",
                "DELETE": "DeleteBucketIntelligentTieringConfiguration",
            ], listing: "ListBucketIntelligentTieringConfigurations"),
        Missing("select", of: .object, "use sluice query", ["POST": "SelectObjectContent"]),
        Missing("restore", of: .object, "nothing is archived", ["POST": "RestoreObject"]),
        Missing("torrent", of: .object, "S3 has ended it", ["GET": "GetObjectTorrent"]),
        Missing("renameObject", of: .object, "copy the object, and delete the old one", ["PUT": "RenameObject"]),
        Missing(
            "annotation", of: .object, "objects have metadata and tags",
            ["GET": "GetObjectAnnotation", "PUT": "PutObjectAnnotation", "DELETE": "DeleteObjectAnnotation"],
            listing: "ListObjectAnnotations", element: "annotationName"),
        Missing("session", "there are no directory buckets", ["GET": "CreateSession"]),
        Missing("abac", "permissions do not go by tags", ["GET": "GetBucketAbac", "PUT": "PutBucketAbac"]),
        Missing(
            "metadataConfiguration", queried,
            [
                "GET": "GetBucketMetadataConfiguration", "POST": "CreateBucketMetadataConfiguration",
                "DELETE": "DeleteBucketMetadataConfiguration",
            ]),
        Missing(
            "metadataTable", queried,
            [
                "GET": "GetBucketMetadataTableConfiguration", "POST": "CreateBucketMetadataTableConfiguration",
                "DELETE": "DeleteBucketMetadataTableConfiguration",
            ]),
        Missing("metadataAnnotationTable", queried, ["PUT": "UpdateBucketMetadataAnnotationTableConfiguration"]),
        Missing("metadataInventoryTable", queried, ["PUT": "UpdateBucketMetadataInventoryTableConfiguration"]),
        Missing("metadataJournalTable", queried, ["PUT": "UpdateBucketMetadataJournalTableConfiguration"]),
    ]
}
