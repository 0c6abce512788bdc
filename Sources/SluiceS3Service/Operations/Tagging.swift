import SluiceBuckets
import SluiceServer

extension S3Operation {
    static let tagging: [S3Operation] = [
        S3Operation("GetObjectTagging", "GET", .object, mark: "tagging") { call in
            let version = try await call.store.open(call.bucketName, call.key, version: call.versionID).version
            let id = call.told(version.versionID, in: call.bucketName)
            return S3Tags.document(version.traits.tags).response(200, id.map { [("x-amz-version-id", $0)] } ?? [])
        },
        S3Operation("PutObjectTagging", "PUT", .object, mark: "tagging") { call in
            let tags = try S3Tags.parse(try await call.document("Tagging"), limit: S3ServiceLimits.objectTags)
            return try await set(tags, call, status: 200)
        },
        S3Operation("DeleteObjectTagging", "DELETE", .object, mark: "tagging") { call in try await set([], call, status: 204) },
    ]

    private static func set(_ tags: [ObjectTraits.Field], _ call: S3Call, status: Int) async throws -> ServiceResponse {
        let id = try await call.store.setTags(call.bucketName, call.key, version: call.versionID, tags)
        let headers = HeaderFields(call.told(id, in: call.bucketName).map { [("x-amz-version-id", $0)] } ?? [])
        return ServiceResponse(status, headers, status == 204 ? .none(length: nil) : .bytes([]))
    }
}
