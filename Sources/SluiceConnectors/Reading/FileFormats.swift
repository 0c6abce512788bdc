import SluiceCore
import SluiceFormats
import SluiceStorage

/// Finds the one format of a source's files: by their names, and by the first file's content where these say nothing or plainly are wrong.
enum FileFormats {
    struct Found {
        var name: String
        /// The file whose name told it; nil where its content did.
        var file: String?
        /// That it was guessed, or may be meant otherwise.
        var notice: String?
    }

    /// - Parameter hasOptions: Options of a format are given, so that whoever gave them knows the format.
    /// - Throws: `invalidOption` when the files have several formats, nothing tells the format, or the first is of a kind that no format reads.
    static func find(_ files: [InputFile], hasOptions: Bool = false) throws(SluiceError) -> Found {
        guard let first = files.first else { preconditionFailure("a source has files") }
        let named = name(first.shown)
        for file in oneForEachExtension(files) where name(file.shown) != named {
            throw SluiceError(
                .invalidOption, "the files have different formats: \(first.path.quotedForMessage) and \(file.path.quotedForMessage)",
                remedy: "narrow the pattern to files of one format, or set format")
        }
        // Formats with marks of their own look at these when they open a file.
        if let named, ![TextFormat.name, CSVFormat.name, JSONFormat.name].contains(named) {
            return Found(name: named, file: first.shown)
        }
        let start = try start(of: first)
        if let kind = FileKind(start) {
            guard let format = kind.format else { throw kind.error(named, path: first.shown) }
            return Found(name: format, notice: named.map { contradiction(first, $0, format) } ?? guessed(first, format))
        }
        switch named {
        case TextFormat.name:
            // A text may be anything: files of JSON lines are named .log, exports of tables .txt.
            if let format = FormatRegistry.name(surelyShowing: start) { return Found(name: format, notice: guessed(first, format)) }
            return Found(name: TextFormat.name, file: first.shown, notice: hasOptions ? nil : linesOfText(first, start))
        case CSVFormat.name:
            guard FormatRegistry.isPlainlyJSON(start), !hasOptions else { return Found(name: CSVFormat.name, file: first.shown) }
            return Found(name: JSONFormat.name, notice: contradiction(first, CSVFormat.name, JSONFormat.name))
        case let named?: return Found(name: named, file: first.shown)
        case nil:
            if let format = FormatRegistry.name(showing: start) { return Found(name: format, notice: guessed(first, format)) }
            throw SluiceError(
                .invalidOption, "neither the name of \(first.path.quotedForMessage) nor its content tells its format",
                remedy: "set format to one of " + FormatRegistry.formats.map { $0.name }.joined(separator: ", "))
        }
    }

    // MARK: Notices

    private static func guessed(_ file: InputFile, _ format: String) -> String {
        "the name of \(file.path) does not tell its format; by its content it is read as \(format)"
    }

    private static func contradiction(_ file: InputFile, _ named: String, _ format: String) -> String {
        "\(file.path) is named \(named), but its content is \(format), as which it is read; set format: \(named) (--from \(named)) if that is wrong"
    }

    /// That a text with delimiters becomes one column; nil for a log and a text without any.
    private static func linesOfText(_ file: InputFile, _ start: ArraySlice<UInt8>) -> String? {
        guard FormatRegistry.mayBeTable(start), !file.path.lowercased().contains(".log") else { return nil }
        return "\(file.path) is read as lines of text, one column; if it is a table, set format: csv (--from csv)"
    }

    // MARK: Looking

    /// Nil where the name says nothing.
    private static func name(_ path: String) -> String? { (try? FormatRegistry.format(forFile: path))?.name }

    private static func oneForEachExtension(_ files: [InputFile]) -> [InputFile] {
        var seen: Set<Substring> = []
        return files.filter { file in
            let name = file.path.split(separator: "/").last ?? ""
            return seen.insert(name.firstIndex(of: ".").map { name[$0...] } ?? "").inserted
        }
    }

    /// The first plain bytes of a file.
    private static func start(of file: InputFile) throws(SluiceError) -> ArraySlice<UInt8> {
        var source = try FileInput(try file.access(), path: file.shown).plainBytes()
        var bytes = [UInt8](repeating: 0, count: FormatRegistry.probedBytes)
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
        if let failure, count == 0 { throw failure }
        return bytes[..<count]
    }
}
