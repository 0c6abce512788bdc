import SluiceAWS
import SluiceBuckets
import SluiceServer

/// A setting of a bucket that is kept as it came but for what the service adds, once it was checked.
private struct Setting: Sendable {
    /// The parameter of the query, and its name in the store.
    var kind: String
    /// In the names of the operations: `GetBucketCors`.
    var name: String
    /// The error of a bucket that has none.
    var absent: ServiceFault
    var deletes = true
    var putStatus = 200
    var type = "application/xml"
    /// What is kept of a document that was checked, where it is not the document.
    var kept: (@Sendable ([UInt8]) throws -> [UInt8])?
    /// - Throws: what is wrong with a document.
    var check: @Sendable (S3Call, [UInt8]) throws -> Void

    var operations: [S3Operation] {
        var operations = [
            S3Operation("Get" + name, "GET", .bucket, mark: kind) { call in
                do {
                    return ServiceResponse(200, type: type, try call.store.setting(call.bucketName, kind))
                } catch BucketFailure.noSuchSetting {
                    throw absent
                }
            },
            S3Operation("Put" + name, "PUT", .bucket, mark: kind) { call in
                _ = try call.store.bucket(call.bucketName)
                let bytes = try await call.documentBytes(upTo: S3ServiceLimits.documentBytes)
                try check(call, bytes)
                try await call.store.set(call.bucketName, kind, kept?(bytes) ?? bytes)
                return ServiceResponse(putStatus, HeaderFields(), putStatus == 204 ? .none(length: nil) : .bytes([]))
            },
        ]
        if deletes {
            operations.append(
                S3Operation("Delete" + name, "DELETE", .bucket, mark: kind) { call in
                    try await call.store.set(call.bucketName, kind, nil)
                    return ServiceResponse(204, HeaderFields(), .none(length: nil))
                })
        }
        return operations
    }
}

extension S3Operation {
    static let bucketSettings: [S3Operation] =
        kept.flatMap(\.operations) + fixed + [
            S3Operation("GetBucketVersioning", "GET", .bucket, mark: "versioning") { call in
                let versioning = try call.store.bucket(call.bucketName).versioning
                return XMLWriter("VersioningConfiguration") { document in
                    if versioning != .never { document.add("Status", versioning == .enabled ? "Enabled" : "Suspended") }
                }.response()
            },
            S3Operation("PutBucketVersioning", "PUT", .bucket, mark: "versioning") { call in
                let root = try await call.document("VersioningConfiguration")
                if root["MfaDelete"] == "Enabled" { throw ServiceFault.notImplemented("MFA delete") }
                guard let status = root["Status"], ["Enabled", "Suspended"].contains(status) else { throw ServiceFault.malformedXML }
                try await call.store.setVersioning(call.bucketName, status == "Enabled" ? .enabled : .suspended)
                return ServiceResponse(200, HeaderFields(), .bytes([]))
            },
            S3Operation("GetBucketPolicyStatus", "GET", .bucket, mark: "policyStatus") { call in
                let policy = try? call.store.setting(call.bucketName, "policy")
                guard let policy else { throw S3Settings.noPolicy }
                return XMLWriter("PolicyStatus") { $0.add("IsPublic", BucketPolicy(policy)?.isPublic ?? false) }.response()
            },
        ]

    private static let kept: [Setting] = [
        Setting(
            kind: "cors", name: "BucketCors",
            absent: ServiceFault(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist")
        ) { _, bytes in _ = try CORSRules(bytes) },
        Setting(
            kind: BucketInfo.lifecycle, name: "BucketLifecycleConfiguration",
            absent: ServiceFault(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
            kept: LifecycleDocument.named
        ) { _, bytes in _ = try LifecycleDocument.rules(bytes) },
        Setting(kind: "policy", name: "BucketPolicy", absent: S3Settings.noPolicy, putStatus: 204, type: "application/json") {
            try BucketPolicy.check($1, for: $0)
        },
        Setting(
            kind: "tagging", name: "BucketTagging", absent: ServiceFault(404, "NoSuchTagSet", "The TagSet does not exist"), putStatus: 204
        ) { _, bytes in _ = try S3Tags.parse(try S3Settings.root(bytes, "Tagging"), limit: S3ServiceLimits.bucketTags) },
        Setting(
            kind: "website", name: "BucketWebsite",
            absent: ServiceFault(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
        ) { _, bytes in _ = try WebsiteRules(bytes) },
        Setting(
            kind: PublicAccessBlock.setting, name: "PublicAccessBlock",
            absent: ServiceFault(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
        ) { _, bytes in _ = try PublicAccessBlock(bytes) },
    ]

    /// Settings that have one value here.
    private static let fixed: [S3Operation] = [
        fixed("GetBucketLocation", mark: "location") { bucket, _ in
            XMLWriter("LocationConstraint") { $0.text(bucket.region == "us-east-1" ? "" : bucket.region) }
        },
        fixed("GetBucketAcl", mark: "acl") { _, call in S3Settings.acl(call.request.caller.account) },
        fixed("GetBucketOwnershipControls", mark: "ownershipControls") { _, _ in
            XMLWriter("OwnershipControls") { $0.add("Rule") { $0.add("ObjectOwnership", "BucketOwnerEnforced") } }
        },
        fixed("GetBucketLogging", mark: "logging") { _, _ in XMLWriter("BucketLoggingStatus") },
        fixed("GetBucketRequestPayment", mark: "requestPayment") { _, _ in
            XMLWriter("RequestPaymentConfiguration") { $0.add("Payer", "BucketOwner") }
        },
        fixed("GetBucketAccelerateConfiguration", mark: "accelerate") { _, _ in XMLWriter("AccelerateConfiguration") },
        absent(
            "GetBucketEncryption", mark: "encryption", "ServerSideEncryptionConfigurationNotFoundError",
            "The server side encryption configuration was not found"),
        absent(
            "GetBucketReplication", mark: "replication", "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found"),
        absent(
            "GetObjectLockConfiguration", mark: "object-lock", "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket"),
    ]

    private static func fixed(
        _ name: String, mark: String, _ document: @escaping @Sendable (BucketInfo, S3Call) -> XMLWriter
    ) -> S3Operation {
        S3Operation(name, "GET", .bucket, mark: mark) { call in document(try call.store.bucket(call.bucketName), call).response() }
    }

    private static func absent(_ name: String, mark: String, _ code: String, _ message: String) -> S3Operation {
        S3Operation(name, "GET", .bucket, mark: mark) { call in
            _ = try call.store.bucket(call.bucketName)
            throw ServiceFault(404, code, message)
        }
    }
}

extension S3Settings {
    static func acl(_ account: String) -> XMLWriter {
        XMLWriter("AccessControlPolicy") { document in
            document.add("Owner") { $0.add("ID", account) }
            document.add("AccessControlList") { list in
                list.add("Grant") { grant in
                    grant.grantee(account)
                    grant.add("Permission", "FULL_CONTROL")
                }
            }
        }
    }
}
