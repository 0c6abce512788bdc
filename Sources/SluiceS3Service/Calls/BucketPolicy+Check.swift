import SluiceBuckets
import SluiceServer

extension BucketPolicy {
    /// - Throws: `MalformedPolicy`; `AccessDenied` for a public one where the bucket's public access is blocked.
    static func check(_ bytes: [UInt8], for call: S3Call) throws(ServiceFault) {
        guard bytes.count <= S3ServiceLimits.policyBytes else {
            throw ServiceFault(400, "MalformedPolicy", "Policies must be at most 20 KB")
        }
        let policy: BucketPolicy
        do throws(BucketPolicy.Fault) { policy = try BucketPolicy(parsing: bytes) } catch {
            throw ServiceFault(400, "MalformedPolicy", error.message)
        }
        guard policy.concerns(only: call.bucketName) else { throw ServiceFault(400, "MalformedPolicy", "Policy has invalid resource") }
        if let fault = policy.idleStatement(for: call.bucketName) { throw ServiceFault(400, "MalformedPolicy", fault.message) }
        guard !policy.isPublic || !PublicAccessBlock(of: call.bucketName, in: call.store).blocksPolicy else {
            throw ServiceFault(
                403, "AccessDenied",
                "s3:PutBucketPolicy on \(call.bucketName) is refused because public policies are blocked by the BlockPublicPolicy block public "
                    + "access setting.")
        }
    }
}
