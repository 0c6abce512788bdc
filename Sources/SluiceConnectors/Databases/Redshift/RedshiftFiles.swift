#if PostgreSQL
import SluiceCatalog
import SluiceCodecs
import SluiceCore
import SluiceJSON
import SluiceLog
import SluicePipelines
import SluiceS3
import SluiceStorage

/// The files of one publication in its bucket, and the manifest that names them.
///
/// Names come from the publication and files from its rows, in their order: whoever writes them again, after a crash or at the same time, puts the
/// same rows under the same names.
struct RedshiftFiles: Sendable {
    private static let manifestName = "manifest.json"

    private let store: S3Store
    private let folder: String
    private let fileBytes: Int

    /// - Parameters:
    ///   - key: What tells the publication from those of others: state, pipeline and table.
    ///   - fileBytes: Of a file before it is compressed; one is in memory at a time.
    init(_ staging: RedshiftStaging, _ key: [String], publication: Int64, fileBytes: Int) throws(SluiceError) {
        store = S3Store(try staging.service(), below: staging.prefix)
        folder = "\(key[0])/\(key[1])/\(StableHash.text(key[2]))/\(publication)"
        self.fileBytes = fileBytes
    }

    /// Where the manifest is.
    var manifest: String { store.shown("\(folder)/\(Self.manifestName)") }

    /// Writes rows of a publication as lines of JSON, and behind them the manifest.
    ///
    /// - Parameters:
    ///   - ordinal: The member that numbers the rows; nil: they are not numbered.
    ///   - reached: Told of each file that is there.
    /// - Returns: How many files there are; no manifest where there is none.
    func write(
        _ publication: Publication, ordinal: String?, _ reached: (Int) throws(SluiceError) -> Void
    ) async throws(SluiceError) -> Int {
        var reader = try OutboxReader(publication)
        var names: [String] = []
        var lines: [UInt8] = []
        var number = 0
        while let chunk = try reader.next() {
            for row in 0..<chunk.count {
                number += 1
                let line = chunk.payloads[row]
                if let ordinal {
                    lines += Array("{\"\(ordinal)\":\"\(number)\",".utf8)
                    lines += line.dropFirst()
                } else {
                    lines += line
                }
                lines.append(UInt8(ascii: "\n"))
                guard lines.count >= fileBytes else { continue }
                names.append(try await put(lines, names.count))
                try reached(names.count - 1)
                lines.removeAll(keepingCapacity: true)
            }
        }
        if !lines.isEmpty {
            names.append(try await put(lines, names.count))
            try reached(names.count - 1)
        }
        if !names.isEmpty { try await store.put(manifest(of: names), as: "\(folder)/\(Self.manifestName)", if: .none) }
        return names.count
    }

    private func put(_ lines: [UInt8], _ number: Int) async throws(SluiceError) -> String {
        let digits = String(number)
        let name = "\(folder)/part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + ".json.gz"
        try await store.put(try Self.compressed(lines), as: name, if: .none)
        return name
    }

    private static func compressed(_ plain: [UInt8]) throws(SluiceError) -> [UInt8] {
        guard var compressor = Codec.gzip.blockCompressor() else { preconditionFailure("gzip has a compressor") }
        var bytes = compressor.header
        for start in stride(from: 0, to: plain.count, by: CodecLimits.plainBlockBytes) {
            let part = start..<min(plain.count, start + CodecLimits.plainBlockBytes)
            let block = try plain.withUnsafeBufferPointer { plain throws(SluiceError) in
                try compressor.compress(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: plain[part])))
            }
            bytes += block.bytes
            compressor.append(block)
        }
        return bytes + compressor.trailer()
    }

    /// A file that is not there fails the load.
    private func manifest(of names: [String]) -> [UInt8] {
        var body = JSONBody()
        body.put(
            "entries",
            names.map { name in
                var entry = JSONBody()
                entry.put("url", store.shown(name))
                entry.put("mandatory", true)
                return entry
            })
        return body.bytes
    }

    /// Removes all of them, whoever wrote them.
    func remove() async throws(SluiceError) {
        do throws(SluiceError) {
            let found = try await store.list(below: folder).map(\.name)
            if !found.isEmpty { try await store.removeAll(found) }
        } catch {
            throw SluiceError(
                error.code, "the rows are in their table, and their staged files cannot be removed: \(error.message)", at: error.location,
                remedy: "allow s3:ListBucket and s3:DeleteObject below the prefix, or write keep_files: true",
                isRetriable: error.isRetriable, underlying: error)
        }
    }
}
#endif
