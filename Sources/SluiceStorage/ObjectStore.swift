package import SluiceCore

/// A place that keeps named objects: a directory, memory, a bucket.
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

    /// What `list(below:)` lists, a page at a time, so that any number of objects takes the memory of a page.
    ///
    /// - Parameter take: Gets the pages in order; what it throws ends the listing.
    func eachPage(
        below directory: String, _ take: ([ObjectInfo]) throws(SluiceError) -> Void
    ) async throws(SluiceError)

    /// What lies directly in a directory (in the store itself for an empty name); hidden names are left out.
    func entries(in directory: String) async throws(SluiceError) -> DirectoryEntries

    /// - Throws: `fileNotFound` with near names.
    func info(_ name: String) async throws(SluiceError) -> ObjectInfo

    /// Starts reading an object.
    ///
    /// - Throws: `fileNotFound`, `unreadable`.
    func open(_ name: String) async throws(SluiceError) -> any ByteSource & Sendable

    /// An object to read from any place. Reading fails when the object is replaced meanwhile, where the store can tell.
    ///
    /// - Throws: `fileNotFound`, `unreadable`.
    func access(_ name: String) async throws(SluiceError) -> any RandomAccess

    /// Writes a whole object if what has the name now is as expected; durable on return.
    ///
    /// - Returns: The object that is there now.
    /// - Throws: `conditionFailed` where the condition does not hold; nothing has changed then.
    @discardableResult
    func put(_ bytes: [UInt8], as name: String, if condition: PutCondition) async throws(SluiceError) -> ObjectInfo

    /// Starts writing an object, which replaces one of that name when `finish` returns, and not before.
    func create(_ name: String) async throws(SluiceError) -> any ObjectSink

    /// Gives an object another name, replacing what had it; durable on return.
    func rename(_ source: String, to target: String) async throws(SluiceError)

    /// Gives an object's bytes a second name, replacing what had it; durable on return.
    ///
    /// - Throws: `fileNotFound`.
    func copy(_ source: String, to target: String) async throws(SluiceError)

    /// Removes objects, many in a call where the store can; a name that nothing has is fine.
    func removeAll(_ names: [String]) async throws(SluiceError)

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
    /// Changes whenever the object is written anew: an ETag, for one.
    package var version: String

    package init(name: String, byteCount: Int, modifiedMicros: Int64, version: String = "") {
        self.name = name
        self.byteCount = byteCount
        self.modifiedMicros = modifiedMicros
        self.version = version
    }
}

/// What lies directly in a directory.
package struct DirectoryEntries: Hashable, Sendable {
    /// Sorted by name.
    package var objects: [ObjectInfo]
    /// Whole names, sorted, without a slash at the end.
    package var directories: [String]

    package init(objects: [ObjectInfo] = [], directories: [String] = []) {
        self.objects = objects
        self.directories = directories
    }
}

/// What has to be true of a name for an object to be written under it.
package enum PutCondition: Hashable, Sendable {
    case none
    /// Nothing has the name.
    case absent
    /// The object has this `ObjectInfo.version`.
    case version(String)
}

extension SluiceError.Code {
    /// An object is not, or is no longer, what a conditional write expected.
    package static let conditionFailed = Self("condition-failed")
}

/// Writes one object. Until `finish` returns nobody sees it; a sink that goes away without `finish` leaves nothing behind.
package protocol ObjectSink: ByteSink, Sendable {
    /// Drops what was written.
    func abandon()
}
