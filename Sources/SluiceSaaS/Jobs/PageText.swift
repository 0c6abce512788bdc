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

    /// - Parameter known: The line of the first page; later pages may or may not repeat it.
    /// - Returns: Nil for a text that ends inside a record.
    init?(_ source: [UInt8], header known: String?) {
        guard let scanned = Self.scan(source) else { return nil }
        (bytes, rows) = scanned
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

    /// Counts records, and drops the quotes of empty fields: services of this kind write nulls so.
    private static func scan(_ source: [UInt8]) -> (bytes: [UInt8], records: Int)? {
        if source.isEmpty { return ([], 0) }
        guard source.last == lineFeed else { return nil }
        var records = 0
        var isWhole = true
        let bytes = [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
            source.withUnsafeBytes { source in
                guard let base = source.baseAddress, let written = UnsafeMutableRawBufferPointer(target).baseAddress else { return }
                var (place, kept, before) = (0, 0, lineFeed)
                func keep(upTo end: Int) {
                    (written + count).copyMemory(from: base + kept, byteCount: end - kept)
                    count += end - kept
                }
                while place < source.count {
                    let byte = source[place]
                    if byte == quote {
                        let opens = before == comma || before == lineFeed
                        before = quote
                        if opens, place + 2 < source.count, source[place + 1] == quote, source[place + 2] != quote {
                            keep(upTo: place)
                            place += 2
                            kept = place
                        } else if let end = memchr(base + place + 1, Int32(quote), source.count - place - 1) {
                            place = UnsafeRawPointer(end) - base + 1
                        } else {
                            isWhole = false
                            return
                        }
                        continue
                    }
                    if byte == lineFeed { records += 1 }
                    before = byte
                    place += 1
                }
                keep(upTo: source.count)
            }
        }
        return isWhole ? (bytes, records) : nil
    }
}
