import Glibc
import NIOCore
import NIOPosix
package import SluiceCore

/// What a client gets.
package struct ServiceResponse: Sendable {
    /// How the body comes. The port sets `Content-Length` or chunks by it.
    package enum Body: Sendable {
        /// No body, although a length may be told: to HEAD, and with 204 and 304.
        case none(length: Int?)
        /// To HEAD, only the length goes out.
        case bytes([UInt8])
        /// From the file to the socket by the kernel.
        case file(FileRange)
        /// Written part by part; without a length in chunks. A closure that throws cuts the connection.
        case streamed(length: Int?, @Sendable (ResponseWriter) async throws -> Void)
    }

    package var status: Int
    package var headers: HeaderFields
    package var body: Body

    package init(_ status: Int = 200, _ headers: HeaderFields = HeaderFields(), _ body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(_ status: Int = 200, type: String, _ bytes: [UInt8]) {
        self.init(status, HeaderFields([("Content-Type", type)]), .bytes(bytes))
    }
}

/// Where a streamed body goes.
package struct ResponseWriter: Sendable {
    let send: @Sendable (ByteBuffer) async throws -> Void

    /// Suspends while the client is slow.
    ///
    /// - Throws: where the client went away.
    package func write(_ bytes: [UInt8]) async throws { try await send(ByteBuffer(bytes: bytes)) }
}

/// An open file that is closed with its last reference.
package final class OpenFile: Sendable {
    package let descriptor: Int32

    /// - Throws: `fileNotFound`, `ioFailure`.
    package init(path: String) throws(SluiceError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .system(errno, cannot: "open", path) }
    }

    /// Takes over a descriptor.
    package init(taking descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}

/// Bytes of a file.
package struct FileRange: Sendable {
    package let file: OpenFile
    package let range: Range<Int>

    package init(_ file: OpenFile, _ range: Range<Int>) {
        self.file = file
        self.range = range
    }
}

extension FileRange {
    /// Reads the bytes and writes them, on a thread that may wait for the disk.
    ///
    /// - Throws: where the client went away, or the file has become shorter.
    func write(to writer: ResponseWriter) async throws {
        var place = range.lowerBound
        while place < range.upperBound {
            let bytes = try await NIOThreadPool.singleton.runIfActive {
                [file, place, count = min(PortLimits.readFileBytes, range.upperBound - place)] in
                file.bytes(at: place, count)
            }
            guard !bytes.isEmpty else { throw LayerRefusal.internalFailure }
            try await writer.write(bytes)
            place += bytes.count
        }
    }
}

extension OpenFile {
    /// At most `count` bytes; none at the end, and where they cannot be read.
    fileprivate func bytes(at place: Int, _ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(place)))
        }
    }
}
