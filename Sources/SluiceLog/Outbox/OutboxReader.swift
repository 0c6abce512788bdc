package import SluiceCore

/// Reads the chunks that a writer staged, in order.
package struct OutboxReader {
    private enum Source {
        case bytes([UInt8])
        case file(ReadFile)
    }

    private let source: Source
    private let byteCount: Int
    private let path: String
    private var place = 0
    /// Number of the next chunk.
    package private(set) var number = 0

    /// Chunks that lie in memory.
    package init(content: [UInt8]) {
        source = .bytes(content)
        byteCount = content.count
        path = "the catalog"
    }

    /// - Parameter byteCount: How long the file has to be.
    /// - Throws: `fileNotFound`, `stateCorrupt` for a file of another length.
    package init(path: String, byteCount: Int) throws(SluiceError) {
        let file = try ReadFile(path)
        source = .file(file)
        self.byteCount = byteCount
        self.path = path
        guard try file.byteCount() == byteCount else { throw damaged() }
    }

    /// Passes over chunks before a number, without a look at what is in them.
    ///
    /// - Throws: `stateCorrupt`.
    package mutating func skip(to number: Int) throws(SluiceError) {
        while self.number < number, place < byteCount {
            place += try length()
            self.number += 1
        }
    }

    /// The next chunk; nil behind the last one.
    ///
    /// - Throws: `stateCorrupt`.
    package mutating func next() throws(SluiceError) -> OutboxChunk? {
        guard place < byteCount else { return nil }
        let bytes = try read(try length())
        guard let chunk = OutboxChunk(bytes, number: number) else { throw damaged() }
        place += bytes.count
        number += 1
        return chunk
    }

    private func length() throws(SluiceError) -> Int {
        let left = byteCount - place
        guard let length = OutboxChunk.byteCount(try read(min(OutboxChunk.headerBytes, left))), length <= left else { throw damaged() }
        return length
    }

    private func read(_ count: Int) throws(SluiceError) -> [UInt8] {
        switch source {
        case .bytes(let bytes): return Array(bytes[place..<place + count])
        case .file(let file):
            let bytes = try file.read(count, at: place)
            guard bytes.count == count else { throw damaged() }
            return bytes
        }
    }

    private func damaged() -> SluiceError {
        SluiceError(
            .stateCorrupt, "records that wait for their target are damaged in \(path.quotedForMessage)", at: .file(path: path),
            remedy: "restore the file from a backup; or remove it, and the next run goes on without its records")
    }
}
