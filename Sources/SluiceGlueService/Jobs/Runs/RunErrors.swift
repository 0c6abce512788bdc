import Glibc
import SluiceCatalog
import SluiceCore

/// What a run says of its failure: the last that it printed, and how it ended.
enum RunErrors {
    /// Bytes at the end of a log that are looked at, and characters of a message.
    private static let tailBytes = 64 << 10
    private static let characters = 2_000

    /// - Parameters:
    ///   - reason: The scheduler's.
    ///   - log: Path of what the attempt printed; nil where it never began.
    static func message(_ reason: String?, log: String?) -> String? {
        guard let printed = log.flatMap(lastWords) else { return reason }
        let text = String(KnownSecrets.masked(printed).prefix(characters))
        return reason.map { "\(text) (\($0))" } ?? text
    }

    /// The line with the error of a pipeline, with the lines behind it that belong to it; otherwise the last line, as of a program of Python.
    private static func lastWords(_ log: String) -> String? {
        guard let text = tail(log) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        if let error = lines.lastIndex(where: { $0.hasPrefix("error[") || $0.hasPrefix("Error: ") }) {
            let remedy = lines[error...].first { $0.drop(while: \.isWhitespace).hasPrefix("= ") }
            return lines[error] + (remedy.map { "; " + $0.drop { $0.isWhitespace || $0 == "=" } } ?? "")
        }
        return lines.last { !$0.allSatisfy(\.isWhitespace) }
    }

    private static func tail(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: tailBytes)
        let count = pread(descriptor, &bytes, bytes.count, max(0, size - off_t(tailBytes)))
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
