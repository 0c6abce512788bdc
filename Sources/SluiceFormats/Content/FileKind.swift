package import SluiceCore

/// What a file plainly is by marks in its bytes, whatever its name says: an archive, a workbook, a file of another format.
///
/// Sources of the marks: each format's specification, and the table of file(1).
package struct FileKind: Hashable, Sendable {
    /// What to do with such a file.
    package enum Use: Hashable, Sendable {
        /// The format of this name reads it.
        case format(String)
        /// What makes it readable.
        case remedy(String)
    }

    /// With its article: `a zip archive`.
    package let name: String
    package let use: Use

    /// Plain bytes of a file's start that are enough to tell; a tar archive's mark is the last of all.
    package static let probedBytes = 512

    /// Nil: no kind that is known; text is none.
    package init?(_ start: some Collection<UInt8>) {
        let start = Array(start.prefix(Self.probedBytes))
        guard let mark = Self.marks.first(where: { $0.stands(in: start) }) else { return nil }
        self = mark.bytes == Self.zip ? Self.zipped(start) : mark.kind
    }

    private init(_ name: String, _ use: Use) {
        self.name = name
        self.use = use
    }

    // MARK: Marks

    private struct Mark {
        var offset = 0
        var bytes: [UInt8]
        /// The mark is a word that a text may begin with, so a control character has to follow.
        var isWord = false
        var kind: FileKind

        func stands(in start: [UInt8]) -> Bool {
            guard start.dropFirst(offset).starts(with: bytes) else { return false }
            return !isWord || start.dropFirst(bytes.count).prefix(60).contains { $0 < 0x09 }
        }
    }

    private static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
    private static let unpack = Use.remedy("unpack it first")
    private static let parquet = FileKind("a Parquet file", .format(ParquetFormat.name))
    private static let sevenZip: [UInt8] = [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]
    private static let xls: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    private static let marks: [Mark] = [
        Mark(bytes: Array("PAR1".utf8), isWord: true, kind: parquet),
        Mark(bytes: Array("PARE".utf8), isWord: true, kind: parquet),
        Mark(bytes: Array("Obj\u{1}".utf8), kind: FileKind("an Avro file", .format(AvroFormat.name))),
        Mark(bytes: zip, kind: FileKind("a zip archive", unpack)),
        Mark(bytes: [0x50, 0x4B, 0x05, 0x06], kind: FileKind("an empty zip archive", unpack)),
        Mark(bytes: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], kind: FileKind("compressed by xz", unpack)),
        Mark(bytes: [0x04, 0x22, 0x4D, 0x18], kind: FileKind("compressed by lz4", unpack)),
        Mark(bytes: [0x89, 0x4C, 0x5A, 0x4F, 0x00], kind: FileKind("compressed by lzop", unpack)),
        Mark(bytes: [0x1F, 0x9D], kind: FileKind("compressed by compress (.Z)", unpack)),
        // Behind "BZh" and the level.
        Mark(offset: 4, bytes: [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], kind: FileKind("compressed by bzip2", unpack)),
        Mark(bytes: [0x1F, 0x8B], kind: FileKind("compressed by gzip once more", unpack)),
        Mark(bytes: [0x28, 0xB5, 0x2F, 0xFD], kind: FileKind("compressed by zstd once more", unpack)),
        Mark(bytes: sevenZip, kind: FileKind("a 7-Zip archive", unpack)),
        Mark(bytes: Array("Rar!\u{1A}\u{7}".utf8), kind: FileKind("a RAR archive", unpack)),
        Mark(offset: 257, bytes: Array("ustar".utf8), kind: FileKind("a tar archive", unpack)),
        Mark(
            bytes: Array("ORC".utf8), isWord: true,
            kind: FileKind("an ORC file", .remedy("convert it to Parquet with another program, such as pyarrow"))),
        Mark(
            bytes: Array("ARROW1\0\0".utf8),
            kind: FileKind("an Arrow (Feather) file", .remedy("convert it to Parquet with another program, such as pyarrow"))),
        Mark(
            bytes: Array("SQLite format 3\0".utf8),
            kind: FileKind("a SQLite database", .remedy("export its table first: sqlite3 -header -csv FILE 'SELECT * FROM …' > table.csv"))),
        Mark(bytes: xls, kind: FileKind("an old Office file such as a workbook (xls)", sheet)),
        Mark(bytes: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A], kind: FileKind("an HDF5 file", .remedy("export its table as CSV or Parquet"))),
        Mark(bytes: Array("%PDF-".utf8), kind: FileKind("a PDF document", .remedy("export its table as CSV"))),
    ]

    private static let sheet = Use.remedy("save the sheet as CSV, or convert it with another program, such as pandas")

    /// Workbooks are zip archives whose first members have known names.
    private static func zipped(_ start: [UInt8]) -> FileKind {
        let text = String(decoding: start, as: UTF8.self)
        if text.contains("application/vnd.oasis.opendocument") {
            return FileKind("an OpenDocument file such as a spreadsheet (ods)", sheet)
        }
        let isOffice = ["[Content_Types].xml", "_rels/", "docProps/", "xl/"].contains { text.contains($0) }
        return isOffice ? FileKind("an Office file such as an Excel workbook (xlsx)", sheet) : FileKind("a zip archive", unpack)
    }
}

extension FileKind {
    /// The format that reads it; nil: none does.
    package var format: String? { if case .format(let name) = use { name } else { nil } }

    /// The error of a reader of another format, or where no format is known.
    package func error(_ format: String?, path: String) -> SluiceError {
        let refusal = format.map { "not \($0)" } ?? "which no format reads"
        let message = "the file is \(name), \(refusal)"
        return switch use {
        case .format(let own):
            SluiceError(.invalidOption, message, at: .file(path: path), remedy: "read it with format: \(own) (--from \(own))")
        case .remedy(let remedy): SluiceError(.invalidOption, message, at: .file(path: path), remedy: remedy)
        }
    }
}
