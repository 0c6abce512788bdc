import SluiceBuckets
import SluiceServer

extension S3Operation {
    static let tagging: [S3Operation] = [
        S3Operation("GetObjectTagging", "GET", .object, mark: "tagging") { call in
            let version = try await call.store.open(call.bucketName, call.key, version: call.versionID).version
            let headers = version.versionID == ObjectVersion.nullID ? [] : [("x-amz-version-id", version.versionID)]
            return S3Tags.document(version.traits.tags).response(200, headers)
        },
        S3Operation("PutObjectTagging", "PUT", .object, mark: "tagging") { call in
            let tags = try S3Tags.parse(try await call.document("Tagging"), limit: S3ServiceLimits.objectTags)
            return try await set(tags, call, status: 200)
        },
        S3Operation("DeleteObjectTagging", "DELETE", .object, mark: "tagging") { call in try await set([], call, status: 204) },
    ]

    private static func set(_ tags: [ObjectTraits.Field], _ call: S3Call, status: Int) async throws -> ServiceResponse {
        let id = try await call.store.setTags(call.bucketName, call.key, version: call.versionID, tags)
        let headers = HeaderFields(id == ObjectVersion.nullID ? [] : [("x-amz-version-id", id)])
        return ServiceResponse(status, headers, status == 204 ? .none(length: nil) : .bytes([]))
    }
}
