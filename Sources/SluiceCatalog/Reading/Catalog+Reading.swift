import SluiceCore
import Synchronization

extension Catalog {
    /// Reads the catalog as it is in one moment, without waiting for a transaction of this process or of another.
    ///
    /// What was committed before the call is seen. `body` gets a reader for itself, which it does not keep.
    package func reading<Result>(_ body: (CatalogReader) throws -> Result) throws -> Result { try readers.lend(body) }
}

/// The readers of a catalog, each lent to one thread at a time.
final class CatalogReaders: Sendable {
    private let path: String
    private let known = KnownTables()
    /// Those that nobody has; nil when the catalog is closed.
    private let idle = Mutex<[CatalogReader]?>([])

    init(path: String) { self.path = path }

    func lend<Result>(_ body: (CatalogReader) throws -> Result) throws -> Result {
        let (isOpen, waiting) = idle.withLock { ($0 != nil, $0?.popLast()) }
        guard isOpen else { throw SluiceError(.ioFailure, "the catalog is closed", at: .file(path: path)) }
        let reader = if let waiting { waiting } else { try CatalogReader(path, known) }
        defer { idle.withLock { if let count = $0?.count, count < CatalogLimits.idleReaders { $0?.append(reader) } } }
        return try reader.together(body)
    }

    func close() { idle.withLock { $0 = nil } }
}
