import SluiceCore
import SluiceFormats
import SluiceStorage
import Synchronization

/// A file's bytes, with a count of those that were taken.
struct CountedSource: ByteSource, Sendable {
    /// Shared by all copies of the source.
    final class Counter: Sendable {
        private let count = Atomic<Int64>(0)

        /// In the unit of the file's size.
        var bytes: Int64 { count.load(ordering: .relaxed) }
        fileprivate func add(_ bytes: Int) { count.wrappingAdd(Int64(bytes), ordering: .relaxed) }
    }

    let counter = Counter()
    private let path: String
    private var source: SluiceStorage.FileSource

    /// - Throws: `fileNotFound`, `unreadable`, `ioFailure`.
    init(_ path: String) throws(SluiceError) {
        self.path = path
        source = try SluiceStorage.FileSource(path: path)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = try source.read(into: buffer)
        counter.add(count)
        return count
    }

    /// Starts reading records.
    ///
    /// - Parameter codec: How the file is compressed; nil: as its content shows.
    /// - Throws: `corruptFile` for a file that is not compressed as it should be; what the format says of the header.
    func framer(_ format: any Format, codec: Codec?) throws(SluiceError) -> any RecordFramer {
        if codec == Codec.none { return try format.framer(self, path: path) }
        if codec == .gzip, try !isGzip() {
            throw SluiceError(
                .corruptFile, "the file is not gzip, as compression says", at: .file(path: path),
                remedy: "leave compression out: each file's content shows how it is compressed")
        }
        return try format.open(self, path: path)
    }

    private func isGzip() throws(SluiceError) -> Bool {
        // A copy reads on its own.
        var copy = source
        var start: UInt16 = 0
        var failure: SluiceError?
        let count = withUnsafeMutableBytes(of: &start) { buffer -> Int in
            do throws(SluiceError) {
                return try copy.read(into: buffer)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return count == 2 && withUnsafeBytes(of: start) { Codec.detected($0) == .gzip }
    }
}
