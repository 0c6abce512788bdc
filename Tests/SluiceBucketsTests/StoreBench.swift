import SluiceCore
import SluiceTestKit

@testable import SluiceBuckets

/// A store in a directory of its own, which can be opened again.
final class StoreBench {
    let directory: TemporaryDirectory
    private(set) var store: BucketStore
    static let bucket = "some-bucket"

    init() async throws {
        directory = try TemporaryDirectory()
        store = try BucketStore(directory.path("buckets"))
        try await store.createBucket(Self.bucket, owner: "000000000000", region: "us-east-1")
    }

    /// Closes the store and opens it again.
    func reopen() async throws {
        await store.close()
        store = try BucketStore(directory.path("buckets"))
    }

    @discardableResult
    func put(_ key: String, _ bytes: [UInt8], if condition: WriteCondition = WriteCondition()) async throws -> ObjectVersion {
        let file = store.newFile()
        try file.append(bytes)
        return try await store.put(Self.bucket, key.key, file, ObjectTraits(), if: condition)
    }

    @discardableResult
    func put(_ key: String, _ text: String) async throws -> ObjectVersion { try await put(key, Array(text.utf8)) }

    func bytes(_ key: String, version: String? = nil) async throws -> [UInt8] {
        try await store.open(Self.bucket, key.key, version: version).bytes()
    }

    func text(_ key: String, version: String? = nil) async throws -> String {
        String(decoding: try await bytes(key, version: version), as: UTF8.self)
    }

    /// Names of a listing's entries; prefixes end with `*`.
    func names(_ configure: (inout ListingRequest) -> Void = { _ in }) throws -> [String] {
        var request = ListingRequest()
        configure(&request)
        return try store.list(Self.bucket, request).entries.map(\.text)
    }
}

extension ListingPage.Entry {
    var text: String {
        switch self {
        case .object(let version): version.key.text
        case .prefix(let prefix): String(decoding: prefix, as: UTF8.self) + "*"
        }
    }
}

extension String {
    var key: ObjectKey { ObjectKey(self)! }
}

/// The failure that `body` throws, as text without its details; nil if it does not.
func refusal<Result>(_ body: () async throws -> Result) async -> String? {
    do {
        _ = try await body()
        return nil
    } catch {
        let text = "\(error)"
        return String(text.prefix { $0 != "(" }.split(separator: ".").last ?? "")
    }
}
