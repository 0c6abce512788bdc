import SluiceCore

/// What `stream.meta` says: lines of `key value`, the last one a checksum of those before (`docs/formats/stream.md`).
struct StreamMetadata: Hashable, Sendable {
    static let fileName = "stream.meta"
    static let version = 1

    var name: String
    /// Stands in every frame.
    var tag: UInt64
    var createdMicros: Int64
    var retentionHours: Int
    /// Hash ranges of the shards, in order, covering all hashes.
    var ranges: [HashRange]

    var text: String {
        var text =
            "sluice-stream \(Self.version)\nname \(name)\ntag \(tag)\ncreated-micros \(createdMicros)\nretention-hours \(retentionHours)\n"
        for (number, range) in ranges.enumerated() { text += "shard \(ShardID(number)) \(range.first) \(range.last)\n" }
        return text + "crc32c \(Self.checksum(text))\n"
    }

    /// - Throws: `stateTooNew`, `stateCorrupt`, and what reading throws.
    static func read(_ path: String) throws(SluiceError) -> StreamMetadata {
        let text = String(decoding: try DiskFiles.read(path), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1) }
        if let first = lines.first, first.count == 2, first[0] == "sluice-stream", let found = Int(first[1]), found > version {
            throw .streamTooNew(path, version: found)
        }
        guard let metadata = parse(lines), metadata.text == text else {
            throw SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is damaged", at: .file(path: path),
                remedy: "restore the file from a backup, or move the stream's directory away")
        }
        return metadata
    }

    private static func parse(_ lines: [[Substring]]) -> StreamMetadata? {
        var metadata = StreamMetadata(name: "", tag: 0, createdMicros: 0, retentionHours: 0, ranges: [])
        for line in lines where line.count == 2 {
            let value = line[1]
            switch line[0] {
            case "name": metadata.name = String(value)
            case "tag": metadata.tag = UInt64(value) ?? 0
            case "created-micros": metadata.createdMicros = Int64(value) ?? 0
            case "retention-hours": metadata.retentionHours = Int(value) ?? 0
            case "shard":
                let words = value.split(separator: " ")
                guard words.count == 3, let first = UInt128(words[1]), let last = UInt128(words[2]), first <= last else { return nil }
                metadata.ranges.append(HashRange(first: first, last: last))
            default: break
            }
        }
        guard (1...StreamLimits.shards).contains(metadata.ranges.count), metadata.ranges[0].first == 0,
            metadata.ranges.last?.last == .max
        else { return nil }
        return metadata
    }

    private static func checksum(_ text: String) -> UInt32 { Array(text.utf8).withUnsafeBytes { CRC32C.checksum($0) } }
}
