import Glibc
import SluiceCore
import SluiceStorage

/// Opens what listings found: on the disk, or in a store by the URL that the path begins with.
package struct FileOpener: Sendable {
    /// By URL, without a slash at its end.
    private var stores: [String: any ObjectStore] = [:]

    package init() {}

    mutating func add(_ store: any ObjectStore, at url: String) { stores[url] = store }

    mutating func take(_ other: FileOpener) { stores.merge(other.stores) { first, _ in first } }

    /// - Throws: `fileNotFound`, `unreadable`; what the store throws.
    func open(_ file: FoundFile) async throws(SluiceError) -> any RandomAccess {
        guard let (store, name) = place(of: file.path) else { return try FileAccess(path: file.path) }
        return SpooledAccess(try await store.open(name), byteCount: file.byteCount, path: file.path)
    }

    /// Whether a file is not any more what a listing showed.
    func hasChanged(_ file: FoundFile) async -> Bool {
        guard let (store, name) = place(of: file.path) else { return FoundFile.hasChanged(file) }
        guard let now = try? await store.info(name) else { return true }
        return Int64(now.byteCount) != file.byteCount || now.modifiedMicros != file.modifiedMicros
    }

    private func place(of path: String) -> (store: any ObjectStore, name: String)? {
        guard !stores.isEmpty, let url = ObjectURL(path), let store = stores[url.store] else { return nil }
        return (store, url.name)
    }
}

/// A place in a store: `s3://bucket/a/b` is the name `a/b` in the store `s3://bucket`.
struct ObjectURL: Hashable, Sendable {
    var store: String
    /// Without a slash at its end.
    var name: String

    init?(_ text: String) {
        guard let scheme = text.firstRange(of: "://"), scheme.upperBound < text.endIndex, text.first != "/" else { return nil }
        let rest = text[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard !host.isEmpty else { return nil }
        store = String(text[..<host.endIndex])
        var name = rest[host.endIndex...].drop { $0 == "/" }
        while name.last == "/" { name.removeLast() }
        self.name = String(name)
    }
}
