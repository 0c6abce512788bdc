import SluiceCore

extension FormatRegistry {
    /// How many plain bytes of a file's start show its format.
    package static let probedBytes = 4_096

    /// The format that a file's start shows, decompressed; nil where it shows none.
    ///
    /// Parquet and Avro have marks (`FileKind`), JSON begins with a brace or bracket; CSV has a delimiter in its first line.
    package static func name(showing start: some Collection<UInt8>) -> String? {
        if let kind = FileKind(start) { return kind.format }
        let line = start.drop { $0 <= 0x20 || $0 > 0x7F }.prefix { $0 != 0x0A && $0 != 0x0D }
        if line.first == UInt8(ascii: "{") || line.first == UInt8(ascii: "[") { return JSONFormat.name }
        return line.contains { ",;\t|".utf8.contains($0) } ? CSVFormat.name : nil
    }

    /// Whether the first lines of a text, whole ones, all have one delimiter.
    package static func mayBeTable(_ start: ArraySlice<UInt8>) -> Bool {
        let lines = start.split(separator: 0x0A, maxSplits: 20).dropLast()
        return !lines.isEmpty && ",;\t|".utf8.contains { delimiter in lines.allSatisfy { $0.contains(delimiter) } }
    }

    /// Whether the start of a file that is named a table plainly is JSON: an array of objects, or objects line by line.
    package static func isPlainlyJSON(_ start: ArraySlice<UInt8>) -> Bool {
        let visible = Array(start.lazy.filter { $0 > 0x20 && $0 < 0x80 }.prefix(2))
        if visible == Array("[{".utf8) { return true }
        guard visible == Array("{\"".utf8) else { return false }
        let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
        let lines = start.split(separator: 0x0A, maxSplits: 20).dropLast().map { $0.drop(while: isBlank) }.filter { !$0.isEmpty }
        // One object over several lines begins with a brace alone.
        return lines.first.map { $0.dropFirst().allSatisfy(isBlank) } ?? true
            || lines.allSatisfy { $0.first == UInt8(ascii: "{") && $0.last { !isBlank($0) } == UInt8(ascii: "}") }
    }

    /// The format that the start of a file whose name says text surely has: one of the marks; JSON whose values are objects, lists or texts;
    /// CSV with as many delimiters in each line, of commas at least two. Nil for all else, such as a log.
    ///
    /// `[12:30:01]` and a comma are no rare start of a line in a log.
    package static func name(surelyShowing start: ArraySlice<UInt8>) -> String? {
        if let kind = FileKind(start) { return kind.format }
        let visible = start.lazy.filter { $0 > 0x20 }
        if visible.first == UInt8(ascii: "{") { return JSONFormat.name }
        if visible.first == UInt8(ascii: "["), let second = visible.dropFirst().first, "{[\"".utf8.contains(second) {
            return JSONFormat.name
        }
        // Behind the last line end there is nothing, or a line that may be cut.
        let lines = start.split(separator: 0x0A, maxSplits: 20, omittingEmptySubsequences: false).dropLast()
        guard lines.count >= 2 else { return nil }
        let isTable = zip("\t|;,".utf8, [1, 1, 1, 2]).contains { delimiter, least in
            let counts = lines.map { line in line.count { $0 == delimiter } }
            return counts[0] >= least && counts.allSatisfy { $0 == counts[0] }
        }
        return isTable ? CSVFormat.name : nil
    }
}
