import SluiceCore
import SluiceFormats
import SluiceStorage

/// Finds the one format of a source's files: by their names, and where these say nothing by the first file's content.
enum FileFormats {
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
        let named = name(first.shown)
        for file in oneForEachExtension(files) where name(file.shown) != named {
            throw SluiceError(
                .invalidOption, "the files have different formats: \(first.path.quotedForMessage) and \(file.path.quotedForMessage)",
                remedy: "narrow the pattern to files of one format, or set format")
        }
        // A text may be anything: files of JSON lines are named .log, exports of tables .txt.
        let isText = named == TextFormat.name
        if let named, !isText { return Found(name: named, file: first.shown) }
        let guess = try probe(first, isText: isText)
        if let named, guess == nil { return Found(name: named, file: first.shown) }
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

    /// What the file's content shows; nil where it shows nothing.
    ///
    /// - Parameter isText: The name says that the file is a text, so that there has to be more.
    private static func probe(_ file: InputFile, isText: Bool) throws(SluiceError) -> String? {
        var source = try FileInput(try FileAccess(path: file.location), path: file.shown).plainBytes()
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
        if let failure { throw failure }
        return isText ? FormatRegistry.name(surelyShowing: bytes[..<count]) : FormatRegistry.name(showing: bytes[..<count])
    }
}
