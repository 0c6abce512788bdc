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
        var isQuoted = false
        let bytes = [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
            source.withUnsafeBufferPointer { source in
                var (place, before) = (0, lineFeed)
                while place < source.count {
                    let byte = source[place]
                    if byte == quote {
                        let opens = !isQuoted && (before == comma || before == lineFeed)
                        if opens, place + 2 < source.count, source[place + 1] == quote, source[place + 2] != quote {
                            place += 2
                            before = quote
                            continue
                        }
                        isQuoted.toggle()
                    } else if byte == lineFeed, !isQuoted {
                        records += 1
                    }
                    target[count] = byte
                    count += 1
                    place += 1
                    before = byte
                }
            }
        }
        return isQuoted ? nil : (bytes, records)
    }
}
