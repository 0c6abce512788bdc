import SluiceCore

/// A column of texts in one row group as codes of a dictionary.
///
/// Columns that come with a dictionary of their own are not hashed row by row: each of their entries in use is looked up once.
struct CodedBytes: ~Copyable {
    /// Entries and the code of each.
    private(set) var dictionary: BytesDictionary
    let codes: UnsafeMutablePointer<UInt16>
    private(set) var count = 0
    /// The dictionary of the last column that had one, and the codes of its entries here.
    private var known: ByteRows?
    private var translation: [UInt16] = []
    private let page: BytesPage

    /// - Parameters:
    ///   - capacity: values at most.
    ///   - maximumBytes: of the dictionary's page.
    init(capacity: Int, maximumBytes: Int) {
        dictionary = BytesDictionary(maximumCount: capacity, maximumBytes: maximumBytes)
        codes = .allocate(capacity: capacity + 8)
        page = BytesPage(
            views: .allocate(capacity: DictionaryLimits.blockValues), keys: .allocate(capacity: DictionaryLimits.blockValues), count: 0)
    }

    deinit {
        codes.deallocate()
        page.views.deallocate()
        page.keys.deallocate()
    }

    /// Appends the codes of the values that are not null; false where the dictionary cannot hold them.
    mutating func append(_ column: Column, _ rows: Range<Int>) -> Bool {
        switch column.storage {
        case .dictionary(let own, let values): return append(own, values, rows, column.validity)
        case .bytes(let values):
            var start = rows.lowerBound
            while start < rows.upperBound {
                let end = min(start + DictionaryLimits.blockValues, rows.upperBound)
                var block = page
                block.count = LeafValues.list(values, start..<end, column.validity, into: page, from: 0)
                guard dictionary.encode(block, into: codes + count) else { return false }
                count += block.count
                start = end
            }
            return true
        default: return true
        }
    }

    private mutating func append(_ own: [Int32], _ values: ByteRows, _ rows: Range<Int>, _ validity: Bitmap?) -> Bool {
        if known.map({ !Self.isSame($0, values) }) ?? true {
            known = values
            translation = [UInt16](repeating: DictionaryLimits.noCode, count: values.count)
        }
        var next = count
        for row in rows {
            if let validity, !validity[row] { continue }
            let code = Int(own[row])
            if translation[code] == DictionaryLimits.noCode {
                var entry = page
                entry.count = LeafValues.list(values, code..<code + 1, nil, into: page, from: 0)
                guard dictionary.encode(entry, into: &translation[code]) else { return false }
            }
            codes[next] = translation[code]
            next += 1
        }
        count = next
        return true
    }

    /// Whether two dictionaries are one buffer; a copy of it is only looked up again.
    private static func isSame(_ a: ByteRows, _ b: ByteRows) -> Bool {
        a.offsets.withUnsafeBufferPointer { left in b.offsets.withUnsafeBufferPointer { left.baseAddress == $0.baseAddress } }
    }
}
