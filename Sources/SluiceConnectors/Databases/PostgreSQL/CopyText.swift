#if PostgreSQL
import SluiceCore

/// The text format of COPY: values apart by tabs, `\N` for null, backslashes before what would end a value
/// (https://www.postgresql.org/docs/current/sql-copy.html).
enum CopyText {
    /// Takes a row apart; the line end is no part of it.
    ///
    /// - Parameter body: Gets the place of each value and its bytes, nil for null.
    static func forEachValue(_ row: UnsafeBufferPointer<UInt8>, _ body: (Int, UnsafeBufferPointer<UInt8>?) -> Void) {
        var (start, number) = (0, 0)
        while true {
            var end = start
            var isEscaped = false
            while end < row.count, row[end] != UInt8(ascii: "\t") {
                if row[end] == UInt8(ascii: "\\") {
                    isEscaped = true
                    end += 1
                }
                end += 1
            }
            let value = UnsafeBufferPointer(rebasing: row[start..<min(end, row.count)])
            if !isEscaped {
                body(number, value)
            } else if value.elementsEqual("\\N".utf8) {
                body(number, nil)
            } else {
                unescaped(value).withUnsafeBufferPointer { body(number, $0) }
            }
            number += 1
            if end >= row.count { return }
            start = end + 1
        }
    }

    private static func unescaped(_ value: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = 0
        while place < value.count {
            if value[place] == UInt8(ascii: "\\"), place + 1 < value.count {
                place += 1
                bytes.append(plain(value[place]))
            } else {
                bytes.append(value[place])
            }
            place += 1
        }
        return bytes
    }

    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "v"): 0x0B
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: letter
        }
    }

    /// Appends a value's text to the row that is open.
    static func append(_ value: UnsafeBufferPointer<UInt8>, to rows: inout ByteRows) {
        guard value.contains(where: { $0 == UInt8(ascii: "\\") || (0x08...0x0D).contains($0) }) else { return rows.extend(value) }
        for byte in value {
            switch byte {
            case UInt8(ascii: "\\"): escape(UInt8(ascii: "\\"), &rows)
            case 0x08: escape(UInt8(ascii: "b"), &rows)
            case 0x09: escape(UInt8(ascii: "t"), &rows)
            case 0x0A: escape(UInt8(ascii: "n"), &rows)
            case 0x0B: escape(UInt8(ascii: "v"), &rows)
            case 0x0C: escape(UInt8(ascii: "f"), &rows)
            case 0x0D: escape(UInt8(ascii: "r"), &rows)
            default: rows.extend(byte)
            }
        }
    }

    static func appendNull(to rows: inout ByteRows) { escape(UInt8(ascii: "N"), &rows) }

    private static func escape(_ letter: UInt8, _ rows: inout ByteRows) {
        rows.extend(UInt8(ascii: "\\"))
        rows.extend(letter)
    }
}
#endif
