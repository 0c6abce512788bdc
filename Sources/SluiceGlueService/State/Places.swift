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
        let schemes = ["s3://", "s3a://", "s3n://"]
        guard let scheme = schemes.first(where: { address.hasPrefix($0) }) else { return nil }
        var parts = address.dropFirst(scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        if parts.last == "" { parts.removeLast() }
        guard let bucket = parts.first, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !bucket.hasPrefix(".") else {
            return nil
        }
        guard DiskFiles.kind(of: "\(buckets)/\(bucket)") == .directory else { return nil }
        return "\(buckets)/" + parts.joined(separator: "/")
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
