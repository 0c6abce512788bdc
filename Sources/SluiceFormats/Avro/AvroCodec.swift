import SluiceCodecs
import SluiceCore

/// How a file's blocks are compressed, under Avro's names (Avro specification, "Required Codecs" and "Optional Codecs").
enum AvroCodec: String, CaseIterable, Sendable {
    case null, deflate, snappy, zstandard

    private static let checksumBytes = 4

    private var blockCodec: BlockCodec {
        switch self {
        case .null: .none
        case .deflate: .deflate
        case .snappy: .snappy
        case .zstandard: .zstd
        }
    }

    /// - Throws: `unreadable` for a codec that Sluice does not have.
    init(named name: String) throws(SluiceError) {
        guard let codec = Self(rawValue: name) else {
            throw SluiceError(
                .unreadable, "the blocks of the Avro file are compressed with \(name.quotedForMessage), which Sluice cannot read",
                remedy: "write the file again with one of " + Self.allCases.map(\.rawValue).joined(separator: ", "))
        }
        self = codec
    }

    /// A block's plain bytes. Snappy has the big-endian CRC-32 of them behind it.
    ///
    /// - Throws: `corruptFile`; `limitExceeded` beyond `AvroLimits.blockBytes`.
    func decompress(_ block: [UInt8]) throws(SluiceError) -> [UInt8] {
        guard self != .null else { return block }
        let tail = self == .snappy ? Self.checksumBytes : 0
        guard block.count >= tail else { throw SluiceError(.corruptFile, "a snappy block has no checksum") }
        let outcome: Result<[UInt8], SluiceError> = block.withUnsafeBytes { bytes in
            do throws(SluiceError) {
                return .success(
                    try blockCodec.decompress(UnsafeRawBufferPointer(rebasing: bytes.dropLast(tail)), limit: AvroLimits.blockBytes))
            } catch {
                return .failure(error)
            }
        }
        let plain = try outcome.get()
        if self == .snappy, Self.checksum(plain) != Array(block.suffix(tail)) {
            throw SluiceError(.corruptFile, "the checksum of a snappy block is not right", remedy: "copy or download the file again")
        }
        return plain
    }

    func compress(_ plain: [UInt8], level: Int?) -> [UInt8] {
        guard self != .null else { return plain }
        var block = plain.withUnsafeBytes { blockCodec.compress($0, level: level) }
        if self == .snappy { block += Self.checksum(plain) }
        return block
    }

    private static func checksum(_ plain: [UInt8]) -> [UInt8] {
        let checksum = plain.withUnsafeBytes { Checksum.crc32($0) }
        return withUnsafeBytes(of: checksum.bigEndian) { [UInt8]($0) }
    }
}
