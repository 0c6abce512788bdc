import Glibc
import SluiceCore

/// A C library as the dynamic linker found it: the file that is really in use, which may be another than the one that was built against.
struct LinkedLibrary: Sendable {
    var name: String
    /// A function of the library.
    var symbol: String
    /// Whether `symbol` takes nothing and returns the version as text.
    var hasVersion: Bool

    struct Found: Hashable, Sendable {
        var version: String?
        var path: String?
    }

    /// Nil where the library is part of the program itself.
    func find() -> Found? {
        guard let address = dlsym(nil, symbol) else { return nil }
        let path = Self.file(at: UInt(bitPattern: address))
        guard hasVersion else { return Found(version: nil, path: path) }
        typealias Version = @convention(c) () -> UnsafePointer<CChar>?
        let version = unsafeBitCast(address, to: Version.self)()
        return Found(version: version.map { String(cString: $0) }, path: path)
    }

    /// The file of a library that is loaded; nil if it is not.
    static func path(ofLoaded name: String) -> String? { mappings().first { $0.path.hasSuffix("/" + name) }?.path }

    /// The file whose code is at an address.
    private static func file(at address: UInt) -> String? { mappings().first { $0.addresses.contains(address) }?.path }

    /// The files that are mapped into this process: `from-to permissions offset device inode path` (proc(5)).
    private static func mappings() -> [(addresses: Range<UInt>, path: String)] {
        guard let content = try? DiskFiles.read("/proc/self/maps") else { return [] }
        return String(decoding: content, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            let ends = (fields.first ?? "").split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard fields.count == 6, ends.count == 2, ends[0] < ends[1] else { return nil }
            let path = fields[5].drop { $0 == " " }
            return path.hasPrefix("/") ? (ends[0]..<ends[1], String(path)) : nil
        }
    }
}
