import SluiceCatalog
import Synchronization

/// Holds catalogs until the process ends, for short commands that often come one behind the other.
///
/// The last connection that closes a database writes its log back and removes it: two syncs, and two more in the next process, which makes a log anew.
/// A process that ends without closing leaves the log to the next one, as a process that is killed does; SQLite writes it back at a thousand pages.
final class OpenState: Sendable {
    static let ofProcess = OpenState()

    private let catalogs = Mutex<[Catalog]>([])

    func hold(_ catalog: Catalog) { catalogs.withLock { $0.append(catalog) } }
}
