import CArrow
import SluiceCore

/// Columns that come as codes into an array of values.
enum DictionaryReader {
    static func column(_ node: ArrowNode, _ buffers: ArrowBuffers) throws(SluiceError) -> Column {
        try buffers.require(buffers: 2)
        guard let values = node.dictionary.first, let array = buffers.array.dictionary else {
            throw ArrowNode.broken(buffers.path, "the dictionary is missing")
        }
        let dictionary = try ArrowReader.column(values, array, path: buffers.path)
        var validity = try buffers.validity()
        let codes = try codes(node.format, buffers, validity, below: dictionary.count)
        // Without values every row is null.
        if dictionary.count == 0 { return .nulls(node.type, count: buffers.count) }
        if let valid = dictionary.type == .null ? Bitmap(repeating: false, count: dictionary.count) : dictionary.validity {
            let taken = valid.gather(codes)
            validity = validity.map { $0 & taken } ?? taken
        }
        guard case .bytes(let rows) = dictionary.storage, dictionary.count / 4 <= codes.count else {
            let column = dictionary.gather(codes)
            return node.type == .null ? column : Column(node.type, column.storage, validity: validity)
        }
        return Column(node.type, .dictionary(codes: codes, values: rows), validity: validity)
    }

    /// Codes of rows that are not null are checked, those of null rows are 0.
    private static func codes(
        _ format: ArrowFormat, _ buffers: ArrowBuffers, _ validity: Bitmap?, below limit: Int
    ) throws(SluiceError) -> [Int32] {
        let wide: [Int64] =
            switch format {
            case .signed(bytes: 1): try buffers.values(1, of: Int8.self).map { Int64($0) }
            case .signed(bytes: 2): try buffers.values(1, of: Int16.self).map { Int64($0) }
            case .signed(bytes: 4): try buffers.values(1, of: Int32.self).map { Int64($0) }
            case .unsigned(bytes: 1): try buffers.values(1, of: UInt8.self).map { Int64($0) }
            case .unsigned(bytes: 2): try buffers.values(1, of: UInt16.self).map { Int64($0) }
            case .unsigned(bytes: 4): try buffers.values(1, of: UInt32.self).map { Int64($0) }
            // An unsigned code of 64 bits that is too large for Int64 is negative here, and refused as that.
            default: try buffers.values(1)
            }
        var codes = [Int32](repeating: 0, count: wide.count)
        for (row, code) in wide.enumerated() where validity?[row] ?? true {
            guard code >= 0, code < limit else { throw ArrowNode.broken(buffers.path, "code \(code) of row \(row) is not below \(limit)") }
            codes[row] = Int32(code)
        }
        return codes
    }
}
