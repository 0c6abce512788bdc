import SluiceCore
import SluiceStreams

/// Names of the files in a shard's directory.
package struct ShardFiles: Sendable {
    let directory: String
    static let segmentSuffix = ".segment"
    static let spareSuffix = ".spare"
    /// What the name of a segment goes on with that was set aside.
    static let damagedSuffix = ".damaged"

    init(stream directory: String, shard: Int) { self.directory = directory + "/" + ShardID(shard).description }

    /// Twenty digits, so that names sort like numbers.
    func segment(_ base: UInt64) -> String { numbered(base) + Self.segmentSuffix }
    /// Index of a closed segment.
    func index(_ base: UInt64) -> String { numbered(base) + ".index" }
    /// A removed segment whose file will be written over.
    func spare(_ base: UInt64) -> String { numbered(base) + Self.spareSuffix }

    private func numbered(_ base: UInt64) -> String {
        let digits = String(base)
        return directory + "/" + String(repeating: "0", count: 20 - digits.count) + digits
    }

    /// Numbers of records that damage took.
    var missing: String { directory + "/missing" }

    /// Paths of segments that were set aside.
    func damagedSegments() throws(SluiceError) -> [String] {
        try DiskFiles.list(directory).filter { $0.contains(Self.segmentSuffix + Self.damagedSuffix) }.map { directory + "/" + $0 }
    }

    /// What the shard knows of producers from its ancestors.
    var heritage: String { directory + "/heritage" }

    /// Paths of the spare files.
    func spares() throws(SluiceError) -> [String] {
        try DiskFiles.list(directory).filter { $0.hasSuffix(Self.spareSuffix) }.map { directory + "/" + $0 }
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
