import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceStorage
import Synchronization

/// Finds out what files are by their content: own classifiers first, then the built-in ones in AWS Glue's order — Avro, ORC, Parquet, JSON,
/// XML, the known logs, CSV; the first whose records a file has wins.
package final class Classifier: Sendable {
    private let custom: [CustomClassifier]
    /// CSV by its first line: neighbouring files mostly have the same.
    private let headers = Mutex<[ArraySlice<UInt8>: FileClass]>([:])

    package init(_ custom: [CustomClassifier] = []) { self.custom = custom }

    /// What a file of the disk is. Nothing about a file is an error of the crawl.
    package func classify(_ path: String, byteCount: Int64) -> Classification {
        if byteCount == 0 { return .empty }
        do throws(SluiceError) {
            return try classify(FileAccess(path: path), path: path)
        } catch {
            return .unreadable(error.message)
        }
    }

    /// What a found file is.
    func classify(_ file: FoundFile, _ opener: FileOpener) async -> Classification {
        if file.byteCount == 0 { return .empty }
        do throws(SluiceError) {
            return try classify(try await opener.open(file), path: file.path)
        } catch {
            return .unreadable(error.message)
        }
    }

    /// What an open file is.
    ///
    /// - Throws: what reading its start throws.
    func classify(_ access: any RandomAccess, path: String) throws(SluiceError) -> Classification {
        let glance = try access.bytes(at: 0, count: Int(min(access.byteCount, Int64(CrawlLimits.glanceBytes))))
        if custom.isEmpty, let known = known(glance) { return .table(known) }
        let found = try FileProbe(FileInput(access, path: path), glance, custom).classify()
        if custom.isEmpty, case .table(let kind) = found, kind.format == CSVFormat.name { remember(kind, glance) }
        return found
    }

    /// The class of a plain text file that begins as another one did, and is text as far as it was looked at.
    private func known(_ glance: [UInt8]) -> FileClass? {
        guard let line = Self.firstLine(glance), let found = headers.withLock({ $0[line] }) else { return nil }
        return found.isASCII == Self.isASCII(glance) ? found : nil
    }

    private func remember(_ kind: FileClass, _ glance: [UInt8]) {
        guard kind.compression == Codec.none.rawValue, kind.options["header"] == nil, let line = Self.firstLine(glance) else { return }
        headers.withLock { if $0.count < CrawlLimits.knownHeaders { $0[Array(line)[...]] = kind } }
    }

    private static func firstLine(_ glance: [UInt8]) -> ArraySlice<UInt8>? {
        glance.firstIndex(of: 0x0A).flatMap { $0 > 1 ? glance[..<$0] : nil }
    }

    static func isASCII(_ bytes: [UInt8]) -> Bool { bytes.allSatisfy { $0 &- 1 < 0x7F } }
}
