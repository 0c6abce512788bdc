import SluiceCore
import SluiceStorage
import SluiceTestKit
import Testing

/// What holds for every store, on the stores of this target.
@Suite("every store") struct ConformanceTests {
    @Test("in memory", arguments: ObjectStoreConformance.checks) func memory(_ check: StoreCheck) async throws {
        try await check.run(MemoryStore())
    }

    @Test("in a directory", arguments: ObjectStoreConformance.checks) func directory(_ check: StoreCheck) async throws {
        let directory = try TemporaryDirectory()
        try await check.run(DirectoryStore(root: directory.root))
    }
}

/// The error that `body` throws; nil if it does not.
func error(_ body: () async throws -> some Any) async throws -> SluiceError? {
    do {
        _ = try await body()
        return nil
    } catch let error as SluiceError {
        return error
    }
}
