import SluiceCore
import SluiceFormats
import SluiceHTTP
import SluiceStorage

/// A file of a BATCH message: records on lines, maybe compressed. One task reads it.
final class SingerBatchFile {
    private var bytes: InputBytes
    private let path: String
    /// The beginning of a line.
    private var rest: [UInt8] = []
    private var isAtEnd = false

    /// The files of a message, in order.
    ///
    /// - Throws: `SingerFault` for what is no file here, or not of lines of JSON; `fileNotFound`, `cutFile`.
    static func files(of batch: SingerBatch) throws -> [SingerBatchFile] {
        guard batch.format == "jsonl" else {
            throw SingerFault("a batch in the format \(batch.format.quotedForMessage), of which only jsonl can be read")
        }
        return try batch.files.map { address in
            guard address.hasPrefix("file://") else {
                throw SingerFault("a batch that is no file of this machine: \(address.quotedForMessage)")
            }
            // A plus in a path is one.
            let path = PercentText.decode(address.dropFirst("file://".count), plusIsBlank: false)
            return try SingerBatchFile(path: path)
        }
    }

    private init(path: String) throws(SluiceError) {
        self.path = path
        bytes = try FileInput(FileAccess(path: path), path: path).plainBytes()
    }

    /// Whole lines; nil at the file's end.
    ///
    /// - Throws: `limitExceeded` for a line that is too long; what decompressing throws.
    func next() throws(SluiceError) -> RawRecords? {
        while !isAtEnd || !rest.isEmpty {
            if !isAtEnd { try fill() }
            guard let end = isAtEnd ? rest.count : rest.lastIndex(of: UInt8(ascii: "\n")).map({ $0 + 1 }) else {
                guard rest.count <= SingerLimits.lineBytes else {
                    throw SluiceError(
                        .limitExceeded, "a line of a batch has more than \(SingerLimits.lineBytes >> 20) MiB", at: .file(path: path))
                }
                continue
            }
            let lines = Array(rest[..<end])
            rest.removeFirst(end)
            let records = Self.records(lines)
            if records.count > 0 { return records }
        }
        return nil
    }

    private func fill() throws(SluiceError) {
        var buffer = [UInt8](repeating: 0, count: SingerLimits.chunkBytes)
        var filled = 0
        while filled < buffer.count {
            let result: Result<Int, SluiceError> = buffer.withUnsafeMutableBytes { place in
                do throws(SluiceError) {
                    return .success(try bytes.read(into: UnsafeMutableRawBufferPointer(rebasing: place[filled...])))
                } catch {
                    return .failure(error)
                }
            }
            let count = try result.get()
            if count == 0 {
                isAtEnd = true
                break
            }
            filled += count
        }
        rest += buffer[..<filled]
    }

    private static func records(_ bytes: [UInt8]) -> RawRecords {
        var records = RawRecords(bytes: bytes)
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            if let line = SingerTap.trimmed(start..<end, bytes) {
                records.starts.append(Int32(line.lowerBound))
                records.ends.append(Int32(line.upperBound))
            }
            start = end + 1
        }
        return records
    }
}
