import CLibCSV
import SluiceCore

/// Takes single CSV records apart with libcsv (libcsv 3, csv(3)).
///
/// One object serves one task. The fields of the last record are in `text` and `ends` until the next one.
final class LibCSV {
    enum Failure: Error, Equatable {
        /// Text behind a closing quote, at this offset of the record.
        case stray(offset: Int)
        /// A line end outside of quotes, with something behind it.
        case lineEnd(offset: Int)
        /// The last field's quote is not closed.
        case unclosed
        case outOfMemory
    }

    /// The unquoted bytes of all fields, one after another.
    fileprivate(set) var text: [UInt8] = []
    /// Where each field ends in `text`.
    fileprivate(set) var ends: [Int32] = []
    /// Fields that are empty and were not quoted.
    fileprivate(set) var emptyFields: [Int32] = []
    fileprivate var rows = 0

    private let parser: UnsafeMutablePointer<csv_parser>
    private let isStrict: Bool

    init(delimiter: UInt8, quote: UInt8, trims: Bool, isStrict: Bool) {
        self.isStrict = isStrict
        parser = .allocate(capacity: 1)
        csv_init(parser, UInt8(CSV_EMPTY_IS_NULL))
        csv_set_delim(parser, delimiter)
        csv_set_quote(parser, quote)
        if !trims { csv_set_space_func(parser) { _ in 0 } }
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
    }

    /// Takes one record apart, without the line end behind it.
    func tokenize(_ record: UnsafeBufferPointer<UInt8>) throws(Failure) {
        text.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        emptyFields.removeAll(keepingCapacity: true)
        rows = 0
        do throws(Failure) {
            try parse(record)
        } catch {
            // Brings the parser back to a record's start.
            csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL))
            csv_fini(parser, nil, nil, nil)
            throw error
        }
    }

    private func parse(_ record: UnsafeBufferPointer<UInt8>) throws(Failure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        var position = 0
        csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | (isStrict ? CSV_STRICT : 0)))
        while position < record.count, let base = record.baseAddress {
            position += csv_parse(parser, base + position, record.count - position, fieldEnded, rowEnded, context)
            if rows > 0, position < record.count || !record.last.map({ $0 == 0x0A || $0 == 0x0D })! {
                throw .lineEnd(offset: position)
            }
            guard position < record.count else { break }
            guard csv_error(parser) == CSV_EPARSE else { throw .outOfMemory }
            // Strict mode also stops at a quote inside an unquoted field, which is plain text to everybody: that byte is passed without it.
            guard parser.pointee.quoted == 0 else { throw .stray(offset: position) }
            csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL))
            position += csv_parse(parser, base + position, 1, fieldEnded, rowEnded, context)
            csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT))
        }
        csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT | CSV_STRICT_FINI))
        guard csv_fini(parser, fieldEnded, rowEnded, context) == 0 else { throw csv_error(parser) == CSV_EPARSE ? .unclosed : .outOfMemory }
    }

    /// The fields as arrays, for headers and tests.
    var fields: [[UInt8]] {
        ends.indices.map { index in Array(text[(index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])]) }
    }
}

private func fieldEnded(_ bytes: UnsafeMutableRawPointer?, _ count: Int, _ context: UnsafeMutableRawPointer?) {
    let target = Unmanaged<LibCSV>.fromOpaque(context!).takeUnretainedValue()
    if let bytes {
        target.text.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    } else {
        target.emptyFields.append(Int32(truncatingIfNeeded: target.ends.count))
    }
    target.ends.append(Int32(truncatingIfNeeded: target.text.count))
}

private func rowEnded(_ lineEnd: Int32, _ context: UnsafeMutableRawPointer?) {
    Unmanaged<LibCSV>.fromOpaque(context!).takeUnretainedValue().rows += 1
}
