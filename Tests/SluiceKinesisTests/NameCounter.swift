import Synchronization

/// Gives each test a stream of its own, because all of a process share one server.
enum NameCounter {
    private static let count = Mutex(0)

    static func next() -> String {
        count.withLock {
            $0 += 1
            return "s\($0)"
        }
    }
}
