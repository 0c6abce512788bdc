import SluiceCore
import SluiceFormats
import SluiceStorage

/// Finds the one format of a source's files: by their names, and where these say nothing by the first file's content.
enum FileFormats {
    /// How many bytes of a file are looked at.
    private static let probeBytes = 4_096

    struct Found {
        var name: String
        /// The file whose name told it; nil where its content did.
        var file: String?
        /// That it was guessed.
        var notice: String?
    }

    /// - Throws: `invalidOption` when the files have several formats, or nothing tells the format.
    static func find(_ files: [InputFile]) throws(SluiceError) -> Found {
        guard let first = files.first else { preconditionFailure("a source has files") }
        let named = name(first.location)
        for file in oneForEachExtension(files) where name(file.location) != named {
            throw SluiceError(
                .invalidOption, "the files have different formats: \(first.path.quotedForMessage) and \(file.path.quotedForMessage)",
                remedy: "narrow the pattern to files of one format, or set format")
        }
        // A text may be anything: files of JSON lines are named .log, exports of tables .txt.
        let isText = named == TextFormat.name
        if let named, !isText { return Found(name: named, file: first.location) }
        let guess = try probe(first, isText: isText)
        if let named, guess == nil { return Found(name: named, file: first.location) }
        guard let guess else {
            throw SluiceError(
                .invalidOption, "neither the name of \(first.path.quotedForMessage) nor its content tells its format",
                remedy: "set format to one of " + FormatRegistry.formats.map { $0.name }.joined(separator: ", "))
        }
        return Found(
            name: guess, notice: "the name of \(first.path) does not tell its format; by its content it is read as \(guess)")
    }

    /// Nil where the name says nothing.
    private static func name(_ path: String) -> String? { (try? FormatRegistry.format(forFile: path))?.name }

    private static func oneForEachExtension(_ files: [InputFile]) -> [InputFile] {
        var seen: Set<Substring> = []
        return files.filter { file in
            let name = file.path.split(separator: "/").last ?? ""
            return seen.insert(name.firstIndex(of: ".").map { name[$0...] } ?? "").inserted
        }
    }

    /// Parquet and Avro begin with a mark, JSON with a brace or bracket; CSV has a delimiter in its first line.
    ///
    /// - Parameter isText: The name says that the file is a text, so that there has to be more: `[12:30:01]` and a comma are no rare start of
    ///   a line in a log.
    private static func probe(_ file: InputFile, isText: Bool) throws(SluiceError) -> String? {
        var source = try FileInput(try FileAccess(path: file.location), path: file.shown).plainBytes()
        var bytes = [UInt8](repeating: 0, count: probeBytes)
        var count = 0
        var failure: SluiceError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(SluiceError) {
                while count < buffer.count {
                    let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
                    if got == 0 { return }
                    count += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        let start = bytes[..<count]
        if start.starts(with: "PAR1".utf8) { return ParquetFormat.name }
        if start.starts(with: "Obj\u{1}".utf8) { return AvroFormat.name }
        if isText { return table(start) }
        let line = bytes[..<count].drop { $0 <= 0x20 || $0 > 0x7F }.prefix { $0 != 0x0A && $0 != 0x0D }
        if line.first == UInt8(ascii: "{") || line.first == UInt8(ascii: "[") { return JSONFormat.name }
        return line.contains { ",;\t|".utf8.contains($0) } ? CSVFormat.name : nil
    }

    /// What the start of a text surely is: JSON whose values are objects, lists or texts; CSV with as many delimiters in each line, of commas
    /// at least two. Nil for all else.
    private static func table(_ start: ArraySlice<UInt8>) -> String? {
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
