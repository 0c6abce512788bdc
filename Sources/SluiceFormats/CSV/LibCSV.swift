import CLibCSV
import SluiceCore

/// Takes single CSV records apart with libcsv (libcsv 3, csv(3)).
///
/// One object serves one task. The fields of the last record are in `fields` until the next one.
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

    /// The fields of one record.
    struct Fields {
        /// The unquoted bytes of all fields, one after another.
        var text: [UInt8] = []
        /// Where each field ends in `text`.
        var ends: [Int32] = []
        /// Fields that are empty and were not quoted.
        var emptyFields: [Int32] = []
        fileprivate var rows = 0
    }

    private let parser: UnsafeMutablePointer<csv_parser>
    /// Behind a pointer, so that libcsv's calls reach it without a check each.
    private let target: UnsafeMutablePointer<Fields>

    init(delimiter: UInt8, quote: UInt8, trims: Bool) {
        parser = .allocate(capacity: 1)
        target = .allocate(capacity: 1)
        target.initialize(to: Fields())
        csv_init(parser, UInt8(CSV_EMPTY_IS_NULL))
        csv_set_delim(parser, delimiter)
        csv_set_quote(parser, quote)
        if !trims { csv_set_space_func(parser) { _ in 0 } }
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
        target.deinitialize(count: 1)
        target.deallocate()
    }

    /// Takes one record apart, without the line end behind it.
    func tokenize(_ record: UnsafeBufferPointer<UInt8>) throws(Failure) {
        target.pointee.text.removeAll(keepingCapacity: true)
        target.pointee.ends.removeAll(keepingCapacity: true)
        target.pointee.emptyFields.removeAll(keepingCapacity: true)
        target.pointee.rows = 0
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
        var position = 0
        csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT))
        while position < record.count, let base = record.baseAddress {
            position += csv_parse(parser, base + position, record.count - position, fieldEnded, rowEnded, target)
            if target.pointee.rows > 0, position < record.count || !record.last.map({ $0 == 0x0A || $0 == 0x0D })! {
                throw .lineEnd(offset: position)
            }
            guard position < record.count else { break }
            guard csv_error(parser) == CSV_EPARSE else { throw .outOfMemory }
            // Strict mode also stops at a quote inside an unquoted field, which is plain text to everybody: that byte is passed without it.
            guard parser.pointee.quoted == 0 else { throw .stray(offset: position) }
            csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL))
            position += csv_parse(parser, base + position, 1, fieldEnded, rowEnded, target)
            csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT))
        }
        csv_set_opts(parser, UInt8(CSV_EMPTY_IS_NULL | CSV_STRICT | CSV_STRICT_FINI))
        guard csv_fini(parser, fieldEnded, rowEnded, target) == 0 else { throw csv_error(parser) == CSV_EPARSE ? .unclosed : .outOfMemory }
    }

    var fields: Fields { target.pointee }

    /// The fields as arrays, for headers.
    var list: [[UInt8]] {
        let fields = fields
        return fields.ends.indices.map { index in
            Array(fields.text[(index == 0 ? 0 : Int(fields.ends[index - 1]))..<Int(fields.ends[index])])
        }
    }
}

private func fieldEnded(_ bytes: UnsafeMutableRawPointer?, _ count: Int, _ context: UnsafeMutableRawPointer?) {
    let target = context!.assumingMemoryBound(to: LibCSV.Fields.self)
    if let bytes {
        target.pointee.text.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    } else {
        target.pointee.emptyFields.append(Int32(truncatingIfNeeded: target.pointee.ends.count))
    }
    target.pointee.ends.append(Int32(truncatingIfNeeded: target.pointee.text.count))
}

private func rowEnded(_ lineEnd: Int32, _ context: UnsafeMutableRawPointer?) {
    context!.assumingMemoryBound(to: LibCSV.Fields.self).pointee.rows += 1
}
