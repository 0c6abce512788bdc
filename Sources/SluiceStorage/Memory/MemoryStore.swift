package import SluiceCore
import Synchronization

/// Objects in memory, for tests. Copies of the reference share them.
package final class MemoryStore: ObjectStore {
    private struct Object {
        var bytes: [UInt8]
        var modifiedMicros: Int64
        /// Ascends over all writes of the store.
        var version: Int
    }

    private static let writes = Atomic<Int>(0)

    private let objects = Mutex<[String: Object]>([:])
    /// Reads the time at which an object was written: microseconds since 1970-01-01T00:00:00Z.
    private let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64 = { 0 }) { self.now = now }

    package func list(_ pattern: Glob) async throws(SluiceError) -> [ObjectInfo] {
        let found = infos { pattern.matches($0) }
        if found.isEmpty { throw NoMatch.error(pattern, entries: names(in:), path: { $0 }) }
        guard found.count <= StorageLimits.listedObjects else {
            throw SluiceError(.limitExceeded, "more than \(StorageLimits.listedObjects) objects match \(pattern.text.quotedForMessage)")
        }
        return found
    }

    package func list(below directory: String) async throws(SluiceError) -> [ObjectInfo] {
        if !directory.isEmpty { _ = try ObjectName.parts(directory) }
        let prefix = directory.isEmpty ? "" : directory + "/"
        return infos { name in
            name.hasPrefix(prefix) && !name.dropFirst(prefix.count).split(separator: "/").contains { ObjectName.isHidden($0) }
        }
    }

    package func info(_ name: String) async throws(SluiceError) -> ObjectInfo {
        let object = try object(name)
        return Self.info(name, object)
    }

    package func eachPage(
        below directory: String, _ take: ([ObjectInfo]) throws(SluiceError) -> Void
    ) async throws(SluiceError) {
        try take(try await list(below: directory))
    }

    package func entries(in directory: String) async throws(SluiceError) -> DirectoryEntries {
        let prefix = directory.isEmpty ? "" : directory + "/"
        var entries = DirectoryEntries()
        for info in try await list(below: directory) {
            let rest = info.name.dropFirst(prefix.count)
            guard let slash = rest.firstIndex(of: "/") else {
                entries.objects.append(info)
                continue
            }
            let name = prefix + rest[..<slash]
            if entries.directories.last != name { entries.directories.append(name) }
        }
        return entries
    }

    package func access(_ name: String) async throws(SluiceError) -> any RandomAccess { MemoryAccess(try object(name).bytes) }

    @discardableResult
    package func put(_ bytes: [UInt8], as name: String, if condition: PutCondition) async throws(SluiceError) -> ObjectInfo {
        _ = try ObjectName.parts(name)
        let object = newObject(bytes)
        let isWritten = objects.withLock { objects in
            switch condition {
            case .none: break
            case .absent: guard objects[name] == nil else { return false }
            case .version(let version): guard objects[name].map({ String($0.version) }) == version else { return false }
            }
            objects[name] = object
            return true
        }
        guard isWritten else { throw .conditionFailed(name, condition) }
        return Self.info(name, object)
    }

    package func copy(_ source: String, to target: String) async throws(SluiceError) {
        _ = try ObjectName.parts(target)
        put(target, try object(source).bytes)
    }

    package func removeAll(_ names: [String]) async throws(SluiceError) {
        for name in names { _ = try ObjectName.parts(name) }
        objects.withLock { for name in names { $0[name] = nil } }
    }

    package func open(_ name: String) async throws(SluiceError) -> any ByteSource & Sendable { MemorySource(try object(name).bytes) }

    package func create(_ name: String) async throws(SluiceError) -> any ObjectSink {
        _ = try ObjectName.parts(name)
        return MemorySink { bytes in self.put(name, bytes) }
    }

    package func rename(_ source: String, to target: String) async throws(SluiceError) {
        _ = try ObjectName.parts(target)
        let object = try object(source)
        objects.withLock {
            $0[source] = nil
            $0[target] = object
        }
    }

    package func remove(_ name: String) async throws(SluiceError) {
        _ = try object(name)
        objects.withLock { $0[name] = nil }
    }

    private func put(_ name: String, _ bytes: [UInt8]) {
        let object = newObject(bytes)
        objects.withLock { $0[name] = object }
    }

    private func newObject(_ bytes: [UInt8]) -> Object {
        Object(bytes: bytes, modifiedMicros: now(), version: Self.writes.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    private static func info(_ name: String, _ object: Object) -> ObjectInfo {
        ObjectInfo(
            name: name, byteCount: object.bytes.count, modifiedMicros: object.modifiedMicros, version: String(object.version))
    }

    private func object(_ name: String) throws(SluiceError) -> Object {
        _ = try ObjectName.parts(name)
        if let object = objects.withLock({ $0[name] }) { return object }
        throw NoMatch.error(try Glob(literal: name), entries: names(in:), path: { $0 })
    }

    private func infos(_ isWanted: (String) -> Bool) -> [ObjectInfo] {
        let all = objects.withLock { $0 }
        return all.filter { isWanted($0.key) }.sorted { ObjectName.precedes($0.key, $1.key) }.map { Self.info($0.key, $0.value) }
    }

    /// Names directly below a directory; nil where nothing lies below it.
    private func names(in directory: String) -> [String]? {
        let prefix = directory.isEmpty ? "" : directory + "/"
        let below = objects.withLock { $0.keys.filter { $0.hasPrefix(prefix) } }
        if below.isEmpty, !directory.isEmpty { return nil }
        return Array(Set(below.compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }))
    }
}

/// Gathers an object's bytes and hands them over whole.
final class MemorySink: ObjectSink {
    private let bytes = Mutex<[UInt8]>([])
    private let publish: @Sendable ([UInt8]) -> Void

    init(publish: @escaping @Sendable ([UInt8]) -> Void) { self.publish = publish }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) { self.bytes.withLock { $0.append(contentsOf: bytes) } }
    func finish() throws(SluiceError) { publish(bytes.withLock { $0 }) }
    func abandon() { bytes.withLock { $0 = [] } }
}
