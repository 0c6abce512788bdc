import Glibc
import SluiceCore
import SluiceCrawler

/// The lines of a file that tells a crawl what happened.
enum EventLines {
    /// A line longer than this is none of a path or of a message.
    private static let lineBytes = 1 << 20

    /// - Parameter path: `-` is standard input.
    /// - Throws: `fileNotFound`, `unreadable`; `limitExceeded`.
    static func read(_ path: String) throws(SluiceError) -> [String] {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { if path != "-" { close(file) } }
        var lines: [String] = []
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, cannot: "read", path) }
            rest += buffer[..<count]
            var parts = rest.split(separator: 0x0A, omittingEmptySubsequences: false)
            rest = count == 0 ? [] : Array(parts.removeLast())
            for part in parts where !part.isEmpty {
                guard let line = String(validating: part, as: UTF8.self) else {
                    throw SluiceError(.invalidArgument, "a line is not UTF-8", at: .file(path: path, line: lines.count + 1))
                }
                lines.append(line.hasSuffix("\r") ? String(line.dropLast()) : line)
            }
            guard rest.count <= lineBytes, lines.count <= CrawlLimits.events else {
                throw SluiceError(
                    .limitExceeded, "more than \(CrawlLimits.events) lines, or a line of more than \(lineBytes) bytes",
                    at: .file(path: path),
                    remedy: "crawl with --recrawl everything")
            }
            if count == 0 { return lines }
        }
    }
}
