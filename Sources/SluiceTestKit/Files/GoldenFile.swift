import Glibc

/// Expected text that lives in a file of the repository; `SLUICE_UPDATE=1` writes it anew, for a person to read the change.
package enum GoldenFile {
    package static let isUpdating = getenv("SLUICE_UPDATE").map { String(cString: $0) } == "1"

    /// Nil when `actual` is what the file says (or has just become it); otherwise the first line that differs, and how.
    ///
    /// - Throws: `CommandError` when the file cannot be read or written.
    package static func difference(_ actual: String, from path: String) throws -> String? {
        if isUpdating {
            try write(actual, to: path)
            return nil
        }
        guard access(path, F_OK) == 0 else { return "there is no \(path); make it with SLUICE_UPDATE=1 and read it\n\(actual)" }
        let expected = try TemporaryDirectory.contents(of: path)
        return expected == actual ? nil : describe(expected: lines(expected), actual: lines(actual), path: path)
    }

    private static func lines(_ text: String) -> [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    private static func describe(expected: [Substring], actual: [Substring], path: String) -> String {
        let same = zip(expected, actual).prefix { $0 == $1 }.count
        let wanted = same < expected.count ? String(expected[same]) : "(end of file)"
        let found = same < actual.count ? String(actual[same]) : "(end of text)"
        return "\(path):\(same + 1) differs (\(expected.count) and \(actual.count) lines)\n  expected: \(wanted)\n  actual:   \(found)"
    }

    private static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "wb") else { throw CommandError("cannot write \(path)") }
        let bytes = Array(text.utf8)
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw CommandError("cannot write all of \(path)") }
    }
}
