import SluiceCore

/// Where the objects of the port's buckets are on the disk: `s3://lake/raw` is `HOME/buckets/lake/raw`.
///
/// The catalog has the folder, so that queries and pipelines read it without a server; clients are told the address.
struct Places: Sendable {
    /// The folder of all buckets.
    let buckets: String
    let project: String

    /// The folder of an address in a bucket that is there; the address itself for any other.
    ///
    /// An end that is a slash is left out.
    func stored(_ address: String) -> String {
        folder(address) ?? address
    }

    /// Nil for what is no address in a bucket of the port, or a key that is no path.
    func folder(_ address: String) -> String? {
        var buckets = BucketLook()
        return folder(address, &buckets)
    }

    /// As above, for one of many addresses.
    func folder(_ address: String, _ looked: inout BucketLook) -> String? {
        guard let scheme = Self.schemes.first(where: { address.hasPrefix($0) }) else { return nil }
        var rest = address.utf8.dropFirst(scheme.utf8.count)
        if rest.last == Self.slash { rest.removeLast() }
        let parts = rest.split(separator: Self.slash, omittingEmptySubsequences: false)
        guard let bucket = parts.first, bucket.first != UInt8(ascii: "."), parts.allSatisfy(Self.isPlain) else { return nil }
        guard looked.isThere("\(buckets)/\(Substring(bucket))") else { return nil }
        return "\(buckets)/\(Substring(rest))"
    }

    private static let schemes = ["s3://", "s3a://", "s3n://"]
    private static let slash = UInt8(ascii: "/")

    private static func isPlain(_ part: Substring.UTF8View) -> Bool {
        !part.isEmpty && !(part.count <= 2 && part.allSatisfy { $0 == UInt8(ascii: ".") })
    }

    /// What clients are told of a place that the catalog has.
    func shown(_ place: String) -> String {
        guard place.hasPrefix(buckets + "/") else { return place }
        return "s3://" + place.dropFirst(buckets.count + 1)
    }

    /// Whether a place of the catalog is one that crawlers may look at: in a bucket, or below the project.
    func allows(_ place: String) -> Bool {
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        guard place.hasPrefix("/"), !parts.contains("..") else { return false }
        return place.hasPrefix(buckets + "/") || place.hasPrefix(project == "/" ? "/" : project + "/")
    }

    /// What a crawler is to look at: a folder of a bucket, or one of the project.
    ///
    /// - Throws: `invalidArgument` for any other place.
    func target(_ path: String) throws(SluiceError) -> String {
        if let folder = folder(path) { return folder }
        if path.contains("://") {
            throw SluiceError(
                .invalidArgument, "\(path.quotedForMessage) is in no bucket of this port",
                remedy: "make the bucket, or name a folder of the project")
        }
        let whole = path.hasPrefix("/") ? path : "\(project)/\(path)"
        let parts = whole.split(separator: "/").filter { $0 != "." }
        let place = "/" + parts.joined(separator: "/")
        guard !parts.contains(".."), place == project || place.hasPrefix(project == "/" ? "/" : project + "/") else {
            throw SluiceError(
                .invalidArgument, "\(path.quotedForMessage) is outside of \(project.quotedForMessage), where the server was started",
                remedy: "name a folder of a bucket or of the project")
        }
        return place
    }
}

/// Whether buckets are there, looked up once for all addresses in one bucket that follow one another.
struct BucketLook {
    private var last: (folder: String, isThere: Bool)?

    mutating func isThere(_ folder: String) -> Bool {
        if let last, last.folder == folder { return last.isThere }
        let isThere = DiskFiles.kind(of: folder) == .directory
        last = (folder, isThere)
        return isThere
    }
}
