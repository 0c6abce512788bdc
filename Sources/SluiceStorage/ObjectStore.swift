package import SluiceCore

/// A place that keeps named objects: a directory, memory, later a bucket.
///
/// Names are relative paths with `/` between their parts; see `ObjectName`. One conformance suite holds for every store.
package protocol ObjectStore: Sendable {
    /// The objects whose names match, sorted by name (as UTF-8 bytes), each once.
    ///
    /// - Throws: `fileNotFound` when nothing matches, naming the nearest directory that exists and near names; `unreadable` for a
    ///   directory that may not be listed; `limitExceeded` above `StorageLimits.listedObjects`.
    func list(_ pattern: Glob) async throws(SluiceError) -> [ObjectInfo]

    /// All objects below a directory (all of them for an empty name), sorted; none where nothing is. Hidden and staged ones are not listed.
    func list(below directory: String) async throws(SluiceError) -> [ObjectInfo]

    /// - Throws: `fileNotFound` with near names.
    func info(_ name: String) async throws(SluiceError) -> ObjectInfo

    /// Starts reading an object.
    ///
    /// - Throws: `fileNotFound`, `unreadable`.
    func open(_ name: String) async throws(SluiceError) -> any ByteSource & Sendable

    /// Starts writing an object, which replaces one of that name when `finish` returns, and not before.
    func create(_ name: String) async throws(SluiceError) -> any ObjectSink

    /// Gives an object another name, replacing what had it; durable on return.
    func rename(_ source: String, to target: String) async throws(SluiceError)

    /// Removes an object; durable on return.
    ///
    /// - Throws: `fileNotFound`.
    func remove(_ name: String) async throws(SluiceError)
}

/// An object as a listing shows it.
package struct ObjectInfo: Hashable, Sendable {
    package var name: String
    package var byteCount: Int
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var modifiedMicros: Int64

    package init(name: String, byteCount: Int, modifiedMicros: Int64) {
        self.name = name
        self.byteCount = byteCount
        self.modifiedMicros = modifiedMicros
    }
}

/// Writes one object. Until `finish` returns nobody sees it; a sink that goes away without `finish` leaves nothing behind.
package protocol ObjectSink: ByteSink, Sendable {
    /// Drops what was written.
    func abandon()
}
