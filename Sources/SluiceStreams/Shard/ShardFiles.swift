import SluiceCore

/// Names of the files in a shard's directory.
package struct ShardFiles: Sendable {
    let directory: String
    static let segmentSuffix = ".segment"

    init(stream directory: String, shard: Int) { self.directory = directory + "/" + ShardID(shard).description }

    /// Twenty digits, so that names sort like numbers.
    func segment(_ base: UInt64) -> String {
        let digits = String(base)
        return directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits + Self.segmentSuffix
    }

    /// End of the durable records.
    var endMark: String { directory + "/end" }
    /// The first sequence number that was not trimmed.
    var startMark: String { directory + "/start" }

    /// Base sequence numbers of the segments, ascending.
    func segmentBases() throws(SluiceError) -> [UInt64] {
        try DiskFiles.list(directory).compactMap { name in
            name.hasSuffix(Self.segmentSuffix) ? UInt64(name.dropLast(Self.segmentSuffix.count)) : nil
        }.sorted()
    }
}
