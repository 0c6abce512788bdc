import Glibc
import SluiceCore
import Synchronization

/// Open descriptors of the log's files, at most so many: the one that was used least lately is closed, and opened again when it is needed.
final class DescriptorPool: Sendable {
    static let shared = DescriptorPool(capacity: LogLimits.openFiles)

    fileprivate struct Entry {
        var descriptor: Int32
        /// Uses under way; the descriptor is not closed meanwhile.
        var pins: Int
        var lastUse: UInt64
    }

    fileprivate struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var uses: UInt64 = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) { self.capacity = capacity }

    /// Calls `body` with an open descriptor of the file.
    func withDescriptor<Result>(
        _ file: PooledFile, _ body: (Int32) throws(SluiceError) -> Result
    ) throws(SluiceError) -> Result {
        let descriptor = try pin(file)
        defer { unpin(file) }
        return try body(descriptor)
    }

    /// Closes the file's descriptor; nobody uses the file any more.
    func forget(_ file: PooledFile) {
        if let entry = state.withLock({ $0.entries.removeValue(forKey: ObjectIdentifier(file)) }) { close(entry.descriptor) }
    }

    /// Opens the file now, so that it is found to be missing now.
    func open(_ file: PooledFile) throws(SluiceError) { try withDescriptor(file) { _ in } }

    private func pin(_ file: PooledFile) throws(SluiceError) -> Int32 {
        let id = ObjectIdentifier(file)
        if let descriptor = state.withLock({ $0.pin(id) }) { return descriptor }
        let opened = try file.openDescriptor()
        let (descriptor, surplus) = state.withLock { state -> (Int32, [Int32]) in
            // Somebody else may have opened it meanwhile.
            if let descriptor = state.pin(id) { return (descriptor, [opened]) }
            let surplus = state.makeRoom(capacity)
            state.uses += 1
            state.entries[id] = Entry(descriptor: opened, pins: 1, lastUse: state.uses)
            return (opened, surplus)
        }
        for descriptor in surplus { close(descriptor) }
        return descriptor
    }

    private func unpin(_ file: PooledFile) {
        state.withLock { $0.entries[ObjectIdentifier(file)]?.pins -= 1 }
    }
}

extension DescriptorPool.State {
    fileprivate mutating func pin(_ id: ObjectIdentifier) -> Int32? {
        guard var entry = entries[id] else { return nil }
        uses += 1
        entry.pins += 1
        entry.lastUse = uses
        entries[id] = entry
        return entry.descriptor
    }

    /// Takes out descriptors that nobody uses right now, down to one below the capacity.
    fileprivate mutating func makeRoom(_ capacity: Int) -> [Int32] {
        var closed: [Int32] = []
        while entries.count >= capacity,
            let oldest = entries.filter({ $0.value.pins == 0 }).min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            entries.removeValue(forKey: oldest.key)
            closed.append(oldest.value.descriptor)
        }
        return closed
    }
}

/// A file whose descriptor the pool opens when it is used.
final class PooledFile: Sendable {
    let path: String
    private let flags: Int32
    private let pool: DescriptorPool

    /// Opens the file once, created where `flags` say so; later openings do not create it.
    init(_ path: String, flags: Int32, pool: DescriptorPool = .shared) throws(SluiceError) {
        self.path = path
        self.flags = flags & ~O_CREAT
        self.pool = pool
        if flags & O_CREAT != 0 {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
            close(descriptor)
        }
        try pool.open(self)
    }

    deinit { pool.forget(self) }

    func withDescriptor<Result>(_ body: (Int32) throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        try pool.withDescriptor(self, body)
    }

    fileprivate func openDescriptor() throws(SluiceError) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        return descriptor
    }
}
