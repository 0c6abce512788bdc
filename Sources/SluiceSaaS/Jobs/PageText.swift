import Glibc
import SluiceCore

/// A page of CSV as jobs write it: counted, with nulls as empty fields without quotes, and with the line that names the columns.
struct PageText {
    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")
    private static let lineFeed = UInt8(ascii: "\n")

    private(set) var bytes: [UInt8] = []
    /// Records without the line that names the columns.
    private(set) var rows = 0
    /// That line, without its end.
    private(set) var header = ""

    /// - Parameters:
    ///   - source: Is changed in its place where nobody else has it.
    ///   - known: The line of the first page; later pages may or may not repeat it.
    /// - Returns: Nil for a text that ends inside a record.
    init?(_ source: consuming [UInt8], header known: String?) {
        bytes = source
        guard let records = Self.scan(&bytes) else { return nil }
        rows = records
        if rows == 0 {
            header = known ?? ""
            return
        }
        let first = String(decoding: bytes.prefix { $0 != Self.lineFeed && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        header = known ?? first
        if first == header {
            rows = max(0, rows - 1)
        } else {
            bytes = Array((header + "\n").utf8) + bytes
        }
    }

    /// How many bytes of the beginning are whole records.
    static func wholeRecords(_ source: [UInt8]) -> Int {
        var isQuoted = false
        var whole = 0
        source.withUnsafeBufferPointer { source in
            for place in source.indices {
                if source[place] == quote {
                    isQuoted.toggle()
                } else if source[place] == lineFeed, !isQuoted {
                    whole = place + 1
                }
            }
        }
        return whole
    }

    /// The page without its first records.
    ///
    /// - Precondition: It has so many.
    func dropping(_ count: Int) -> PageText {
        precondition(count <= rows, "the page has fewer records")
        var page = self
        var isQuoted = false
        // The line that names the columns is a record, too.
        var left = count + 1
        let start = bytes.firstIndex { byte in
            if byte == Self.quote { isQuoted.toggle() }
            if byte == Self.lineFeed, !isQuoted { left -= 1 }
            return left == 0
        }
        page.bytes = Array((header + "\n").utf8) + bytes[((start ?? bytes.count - 1) + 1)...]
        page.rows -= count
        return page
    }

    /// Counts records, and drops the quotes of empty fields: services of this kind write nulls so.
    ///
    /// - Returns: Nil for a text that ends inside a record.
    private static func scan(_ bytes: inout [UInt8]) -> Int? {
        if bytes.isEmpty { return 0 }
        guard bytes.last == lineFeed else { return nil }
        var records = 0
        var left = 0
        let isWhole = bytes.withUnsafeMutableBytes { text in
            guard let base = text.baseAddress else { return true }
            var (place, kept, before) = (0, 0, lineFeed)
            func keep(upTo end: Int) {
                if left != kept { memmove(base + left, base + kept, end - kept) }
                left += end - kept
            }
            while place < text.count {
                let byte = text[place]
                if byte == quote {
                    let opens = before == comma || before == lineFeed
                    before = quote
                    if opens, place + 2 < text.count, text[place + 1] == quote, text[place + 2] != quote {
                        keep(upTo: place)
                        place += 2
                        kept = place
                    } else if let end = memchr(base + place + 1, Int32(quote), text.count - place - 1) {
                        place = UnsafeRawPointer(end) - UnsafeRawPointer(base) + 1
                    } else {
                        return false
                    }
                    continue
                }
                if byte == lineFeed { records += 1 }
                before = byte
                place += 1
            }
            keep(upTo: text.count)
            return true
        }
        guard isWhole else { return nil }
        bytes.removeLast(bytes.count - left)
        return records
    }
}
