import SluiceCore
import SluiceFormats
import SluiceStorage

/// What travels with records that leave their file: how to decode them, and the path, whose directories name the partition.
///
/// The first line is the serialised layout (JSON without line ends), the rest is the path.
struct FileEnvelope: Hashable, Sendable {
    /// The header of a stream's frame that holds it.
    static let headerName = "sluice-envelope"

    var layout: FileLayout
    var path: String

    init(layout: FileLayout, path: String) {
        self.layout = layout
        self.path = path
    }

    var partition: [PartitionValue] { HivePath.values(in: path) }

    /// - Throws: `limitExceeded` when it would not fit into the header of a stream record.
    func serialized() throws(SluiceError) -> [UInt8] {
        let bytes = layout.serialized + [0x0A] + Array(path.utf8)
        guard bytes.count <= ConnectorLimits.envelopeBytes else {
            throw SluiceError(
                .limitExceeded,
                "the column names of \(path) take \(bytes.count) bytes; a stream's header holds \(ConnectorLimits.envelopeBytes)",
                at: .file(path: path), remedy: "read the file without a stream, or write its columns under shorter names first")
        }
        return bytes
    }

    /// - Throws: `corruptFrame` when the bytes are not what `serialized()` makes.
    init(serialized bytes: [UInt8]) throws(SluiceError) {
        guard bytes.count <= ConnectorLimits.envelopeBytes, let end = bytes.firstIndex(of: 0x0A),
            let path = String(validating: bytes[(end + 1)...], as: UTF8.self)
        else {
            throw SluiceError(
                .corruptFrame, "malformed header of a stream record: \(String(decoding: bytes.prefix(200), as: UTF8.self).quotedForMessage)"
            )
        }
        self.init(layout: try FileLayout(serialized: Array(bytes[..<end])), path: path)
    }
}
