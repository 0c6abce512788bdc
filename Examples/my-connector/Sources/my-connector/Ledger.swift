import Foundation
import Sluice

/// A line of a ledger: `2024-03-01 expenses:food 4.20 EUR bread and cheese`.
struct Posting: Codable {
    var day: CivilDate
    var account: String
    var amount: Double
    var currency: String
    var note: String?
}

/// Ledgers are files of lines that only grow. A part is a file, a place is how many of its bytes were read.
struct LedgerReader: RowReader {
    static let pageBytes = 64 << 10

    let folder: String

    func parts() async throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".ledger") }.sorted()
    }

    func page(of part: String, after place: String?) async throws -> RowPage<Posting> {
        let start = place.flatMap(UInt64.init) ?? 0
        guard let file = FileHandle(forReadingAtPath: "\(folder)/\(part)") else { throw LedgerError.missing(part) }
        defer { try? file.close() }
        try file.seek(toOffset: start)
        let bytes = try file.read(upToCount: Self.pageBytes) ?? Data()
        // A line without its end is still being written: it is left for the next page.
        let whole = bytes[..<(bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.startIndex)]
        let rows = try String(decoding: whole, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }.map(Self.posting)
        return RowPage(rows, place: String(start + UInt64(whole.count)), isLast: bytes.count < Self.pageBytes)
    }

    static func posting(_ line: Substring) throws -> Posting {
        let words = line.split(separator: " ", maxSplits: 4)
        let date = words[0].split(separator: "-").compactMap { Int($0) }
        guard words.count >= 4, date.count == 3, let day = CivilDate(year: date[0], month: date[1], day: date[2]),
            let amount = Double(words[2])
        else {
            throw LedgerError.malformed(String(line))
        }
        return Posting(
            day: day, account: String(words[1]), amount: amount, currency: String(words[3]),
            note: words.count == 5 ? String(words[4]) : nil)
    }
}

/// Appends lines to a ledger.
struct LedgerWriter: RowWriter {
    let path: String

    func write(_ rows: [Posting]) async throws {
        let lines = rows.map { row -> String in
            let day = String(format: "%04d-%02d-%02d", row.day.year, row.day.month, row.day.day)
            return "\(day) \(row.account) \(row.amount) \(row.currency) \(row.note ?? "")\n"
        }.joined()
        if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        guard let file = FileHandle(forWritingAtPath: path) else { throw LedgerError.missing(path) }
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: Data(lines.utf8))
        try file.synchronize()
    }
}

enum LedgerError: Error, CustomStringConvertible {
    case missing(String), malformed(String)

    var description: String {
        switch self {
        case .missing(let file): "there is no ledger \(file)"
        case .malformed(let line): "\"\(line)\" is no posting: day account amount currency note"
        }
    }
}
