import Glibc
import SluiceCatalog
import SluiceCore
import Synchronization

/// A home directory that is removed with the last reference to it, and a clock that ticks a second at each look.
final class TemporaryHome: Sendable {
    let path: String
    private let micros = Mutex<Int64>(1_700_000_000_000_000)

    init() {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = root + "/sluice-catalog-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        mkdir(path, 0o755)
    }

    deinit { try? DiskFiles.removeTree(path) }

    var clock: WallClock {
        WallClock {
            self.micros.withLock {
                $0 += 1_000_000
                return $0
            }
        }
    }

    func open(_ hooks: Catalog.Hooks = .init()) throws -> Catalog { try Catalog(home: path, clock: clock, hooks: hooks) }

    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try DiskFiles.createDirectories(DiskFiles.parent(of: file))
        try DiskFiles.writeAtomically(text.utf8, to: file)
        return file
    }
}

extension TableDefinition {
    /// A table of two columns, with a partition key if asked for.
    static func sample(
        _ name: String = "sales.orders", columns: [CatalogColumn] = [CatalogColumn("id", .int64), CatalogColumn("city", .string)],
        partitioned: Bool = false, location: String = "/data/orders"
    ) throws -> TableDefinition {
        TableDefinition(
            name: try TableName(parsing: name), columns: columns, partitionKeys: partitioned ? [CatalogColumn("month", .string)] : [],
            location: location, format: "csv", formatOptions: ["delimiter": ";"])
    }
}
