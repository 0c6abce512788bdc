import SluiceCore

/// Bytes that were read ahead for the detection, then the rest of their source.
struct PlainSource: ByteSource, Sendable {
    private let input: InputBuffer

    init(_ input: InputBuffer) { self.input = input }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let unread = input.unread
        guard !unread.isEmpty else { return try input.readDirectly(into: buffer) }
        let count = min(buffer.count, unread.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: unread[..<count]))
        input.drop(count)
        return count
    }
}

/// Stops where a file holds more plain bytes than its reader wants to deal with.
struct LimitedSource: ByteSource, Sendable {
    private var source: any ByteSource & Sendable
    private let limit: Int64
    private var rest: Int64
    private let path: String

    init(_ source: any ByteSource & Sendable, limit: Int64, path: String) {
        self.source = source
        self.limit = limit
        rest = limit
        self.path = path
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = try source.read(into: buffer)
        guard count <= rest else {
            throw SluiceError(
                .limitExceeded, "the file holds more than \(limit) bytes when it is decompressed", at: .file(path: path),
                remedy: "split it into smaller files")
        }
        rest -= Int64(count)
        return count
    }
}
