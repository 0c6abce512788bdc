package import SluiceCore
import Synchronization

/// Objects in memory, for tests. Copies of the reference share them.
package final class MemoryStore: ObjectStore {
    private struct Object {
        var bytes: [UInt8]
        var modifiedMicros: Int64
    }

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
        return ObjectInfo(name: name, byteCount: object.bytes.count, modifiedMicros: object.modifiedMicros)
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
        let time = now()
        objects.withLock { $0[name] = Object(bytes: bytes, modifiedMicros: time) }
    }

    private func object(_ name: String) throws(SluiceError) -> Object {
        _ = try ObjectName.parts(name)
        if let object = objects.withLock({ $0[name] }) { return object }
        throw NoMatch.error(try Glob(literal: name), entries: names(in:), path: { $0 })
    }

    private func infos(_ isWanted: (String) -> Bool) -> [ObjectInfo] {
        let all = objects.withLock { $0 }
        return all.keys.filter(isWanted).sorted(by: ObjectName.precedes).map { name in
            ObjectInfo(name: name, byteCount: all[name]!.bytes.count, modifiedMicros: all[name]!.modifiedMicros)
        }
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
