import SluiceCore
import SluiceStreams

/// What `stream.meta` says: lines of `key value`, the last one a checksum of those before (`docs/formats/stream.md`).
struct StreamMetadata: Hashable, Sendable {
    static let fileName = "stream.meta"
    static let version = 2

    var name: String
    /// Stands in every frame.
    var tag: UInt64
    var createdMicros: Int64
    /// Its `shards` is the number of open ones.
    var configuration: StreamConfiguration
    /// Number of the next shard to be made.
    var nextShard: Int
    /// By number; the open ones cover all hashes.
    var shards: [ShardRecord]

    var openShards: [ShardRecord] { shards.filter(\.isOpen) }

    var text: String {
        var text = "sluice-stream \(Self.version)\nname \(name)\ntag \(tag)\ncreated-micros \(createdMicros)\n"
        text += "retention-hours \(configuration.retentionHours)\n"
        if let bytes = configuration.retentionBytes { text += "retention-bytes \(bytes)\n" }
        text += "record-bytes \(configuration.recordBytes)\nmode \(configuration.mode.rawValue)\n"
        text += "durability \(configuration.durability.rawValue)\nencryption \(configuration.isEncrypted ? "aes-gcm" : "none")\n"
        for (key, value) in configuration.tags.sorted(by: { $0.key < $1.key }) {
            text += "label \(Self.escaped(key)) \(Self.escaped(value))\n"
        }
        if let binding = configuration.schema { text += "schema \(binding.enforcement.rawValue) \(Self.escaped(binding.schema))\n" }
        text += "next-shard \(nextShard)\n"
        for shard in shards { text += "shard \(shard.text)\n" }
        return text + "crc32c \(Self.checksum(text))\n"
    }

    /// - Throws: `stateTooNew`, `stateTooOld`, `stateCorrupt`, and what reading throws.
    static func read(_ path: String) throws(SluiceError) -> StreamMetadata {
        let text = String(decoding: try DiskFiles.read(path), as: UTF8.self)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false) }
        if let first = lines.first, first.count == 2, first[0] == "sluice-stream", let found = Int(first[1]), found != version {
            throw .otherVersion(path, version: found)
        }
        guard let metadata = parse(lines), metadata.text == text else {
            throw SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is damaged", at: .file(path: path),
                remedy: "restore the file from a backup, or move the stream's directory away")
        }
        return metadata
    }

    /// Nil for lines that are none of a stream; the comparison with the text finds what is merely different.
    private static func parse(_ lines: [[Substring]]) -> StreamMetadata? {
        var metadata = StreamMetadata(
            name: "", tag: 0, createdMicros: 0, configuration: StreamConfiguration(), nextShard: 0, shards: [])
        for line in lines where line.count == 2 {
            let value = line[1]
            switch line[0] {
            case "name": metadata.name = String(value)
            case "tag": metadata.tag = UInt64(value) ?? 0
            case "created-micros": metadata.createdMicros = Int64(value) ?? 0
            case "next-shard": metadata.nextShard = Int(value) ?? 0
            case "shard":
                guard let shard = ShardRecord(value) else { return nil }
                metadata.shards.append(shard)
            default: metadata.configuration.read(line[0], value)
            }
        }
        let ranges = metadata.openShards.map(\.range).sorted { $0.first < $1.first }
        guard (1...StreamLimits.shards).contains(ranges.count), ranges[0].first == 0, ranges.last?.last == .max,
            zip(ranges, ranges.dropFirst()).allSatisfy({ $0.last < .max && $0.last + 1 == $1.first })
        else { return nil }
        metadata.configuration.shards = ranges.count
        return metadata
    }

    private static func checksum(_ text: String) -> UInt32 { Array(text.utf8).withUnsafeBytes { CRC32C.checksum($0) } }

    /// Blanks, line ends and `%` as `%` and two hexadecimal digits.
    private static func escaped(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte <= 0x20 || byte == UInt8(ascii: "%") {
                result += Array((byte < 16 ? "%0" : "%").utf8) + Array(String(byte, radix: 16).utf8)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    fileprivate static func unescaped(_ text: Substring) -> String {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                result.append(code)
                rest = rest.dropFirst(2)
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension StreamConfiguration {
    /// Takes a line of `stream.meta`.
    fileprivate mutating func read(_ key: Substring, _ value: Substring) {
        switch key {
        case "retention-hours": retentionHours = Int(value) ?? 0
        case "retention-bytes": retentionBytes = Int(value)
        case "record-bytes": recordBytes = Int(value) ?? 0
        case "mode": mode = Mode(rawValue: String(value)) ?? mode
        case "durability": durability = DurabilityPolicy(rawValue: String(value)) ?? durability
        case "encryption": isEncrypted = value == "aes-gcm"
        case "schema":
            let words = value.split(separator: " ", omittingEmptySubsequences: false)
            if words.count == 2, let enforcement = SchemaBinding.Enforcement(rawValue: String(words[0])) {
                schema = SchemaBinding(StreamMetadata.unescaped(words[1]), enforcement)
            }
        case "label":
            let words = value.split(separator: " ", omittingEmptySubsequences: false)
            if words.count == 2 { tags[StreamMetadata.unescaped(words[0])] = StreamMetadata.unescaped(words[1]) }
        default: break
        }
    }
}
