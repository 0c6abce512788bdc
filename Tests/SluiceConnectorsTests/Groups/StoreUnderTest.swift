import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceStreams
import SluiceTestKit
import Synchronization

/// Every kind of lease store.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case catalog
}

/// A fresh store with a clock that the test moves.
final class StoreUnderTest: Sendable {
    /// Microseconds since 1970.
    private final class Time: Sendable {
        let micros = Mutex<Int64>(1_700_000_000_000_000)
    }

    let kind: StoreKind
    let group: GroupID
    private let time = Time()
    private let directory: TemporaryDirectory
    private let clock: WallClock
    private let memory: MemoryLeaseStore

    init(_ kind: StoreKind) throws {
        self.kind = kind
        group = try GroupID(stream: "orders", name: "billing")
        directory = try TemporaryDirectory()
        clock = WallClock { [time] in time.micros.withLock { $0 } }
        memory = MemoryLeaseStore(clock: clock)
    }

    func advance(millis: Int64) { time.micros.withLock { $0 += millis * 1_000 } }

    /// A way to the store of its own, as another process has it.
    func open() throws -> any LeaseStore {
        switch kind {
        case .memory: memory
        case .catalog: CatalogLeaseStore(try Catalog(home: directory.root, clock: clock))
        }
    }
}
