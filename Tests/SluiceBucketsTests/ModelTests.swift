import SluiceTestKit
import Testing

@testable import SluiceBuckets

/// Random operations against a small model, with the store opened anew between them.
@Suite("a store and its model") struct ModelTests {
    /// A version of the model; `text` is nil for a marker.
    private struct Version: Equatable {
        var id: String
        var text: String?
    }

    private static let keys = ["a", "a/b", "a/b/c", "a/", "b", "..", "é"]

    @Test("agree", arguments: 1...6) func agree(_ seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let bench = try await StoreBench()
        /// Newest first.
        var model: [ObjectKey: [Version]] = [:]
        var versioning = BucketInfo.Versioning.never
        for step in 0..<150 {
            let key = Self.keys.randomElement(using: &random)!.key
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<9:
                let text = "\(step)" + String(repeating: "x", count: Bool.random(using: &random) ? 0 : 70_000)
                let version = try await bench.put(key.text, text)
                if versioning != .enabled { model[key, default: []].removeAll { $0.id == "null" } }
                model[key, default: []].insert(Version(id: version.versionID, text: text), at: 0)
            case 9..<13:
                let removal = try await bench.store.delete(StoreBench.bucket, key)
                if versioning != .enabled { model[key, default: []].removeAll { $0.id == "null" } }
                if versioning != .never { model[key, default: []].insert(Version(id: try #require(removal.versionID)), at: 0) }
            case 13..<16:
                guard let version = model[key]?.randomElement(using: &random) else { continue }
                _ = try await bench.store.delete(StoreBench.bucket, key, version: version.id)
                model[key]?.removeAll { $0 == version }
            case 16: try await bench.reopen()
            case 17:
                versioning = [.enabled, .suspended].randomElement(using: &random)!
                try await bench.store.setVersioning(StoreBench.bucket, versioning)
            default: try await check(bench, model, key, "seed \(seed), step \(step)")
            }
        }
        for key in Self.keys { try await check(bench, model, key.key, "seed \(seed), end") }
    }

    private func check(_ bench: StoreBench, _ model: [ObjectKey: [Version]], _ key: ObjectKey, _ place: Comment) async throws {
        let expected = model.filter { $0.value.first?.text != nil }.keys.sorted()
        #expect(try bench.names().map(\.key) == expected, place)
        let versions = model.keys.sorted().flatMap { key in model[key, default: []].map(\.id) }
        let listed = try bench.store.listVersions(StoreBench.bucket, ListingRequest()).entries.compactMap { entry in
            if case .object(let version) = entry { version.versionID } else { nil }
        }
        #expect(listed == versions, place)
        for version in model[key, default: []] {
            guard let text = version.text else { continue }
            #expect(try await bench.text(key.text, version: version.id) == text, place)
        }
        let current = model[key]?.first?.text
        let found = try? await bench.text(key.text)
        #expect(found == current, place)
    }
}
