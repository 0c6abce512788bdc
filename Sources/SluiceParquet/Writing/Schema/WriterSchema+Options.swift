import SluiceCodecs
import SluiceCore

extension WriterSchema {
    /// The schema with what is asked for single columns.
    ///
    /// - Throws: `unknownColumn` for a name that no column or leaf has, `invalidOption` for a codec or encoding that does not fit.
    func applying(_ options: ParquetWriterOptions) throws(SluiceError) -> WriterSchema {
        switch options.codec {
        case .none, .snappy, .gzip, .zstd: break
        default:
            throw SluiceError(
                .invalidOption, "Parquet has no codec \"\(options.codec.rawValue)\"", remedy: "codecs: none, snappy, gzip, zstd")
        }
        guard options.pageRows > 0, options.pageBytes > 0, options.rowGroupRows > 0, options.dictionaryBytes >= 0 else {
            throw SluiceError(.invalidOption, "a row group and a page of Parquet need room for one row at least")
        }
        guard options.bloomFalsePositives > 0, options.bloomFalsePositives < 1 else {
            throw SluiceError(
                .invalidOption, "a bloom filter cannot be wrong in \(options.bloomFalsePositives) of the cases",
                remedy: "give a number between 0 and 1, such as 0.01")
        }
        var result = self
        for (name, encoding) in options.encodings.sorted(by: { $0.key < $1.key }) {
            for index in try result.leaves(named: name) {
                guard result.leaves[index].takes(encoding) else {
                    throw SluiceError(
                        .invalidOption,
                        "column \(result.leaves[index].name.quotedForMessage) cannot have the encoding \"\(encoding.rawValue)\"",
                        remedy: "encodings that fit: \(result.leaves[index].fittingEncodings)")
                }
                result.change(index) { $0.encoding = encoding }
            }
        }
        for name in options.bloomFilters {
            for index in try result.leaves(named: name) {
                result.change(index) { $0.hasBloomFilter = $0.kind != .boolean && $0.kind != .null }
            }
        }
        return result
    }

    /// Positions of the leaves of a column, or of the one at a path.
    private func leaves(named name: String) throws(SluiceError) -> [Int] {
        let found = leaves.indices.filter { leaves[$0].path[0] == name || leaves[$0].name == name }
        guard !found.isEmpty else {
            throw SluiceError(
                .unknownColumn, "unknown column \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: leaves.map(\.name), noun: "columns"))
        }
        return found
    }
}

extension WriterLeaf {
    fileprivate func takes(_ encoding: ParquetWriterOptions.Encoding) -> Bool {
        switch (encoding, kind) {
        // Wider decimals could be split by bytes, too, but neither DuckDB nor Polars reads that.
        case (.plain, _), (.runLength, .boolean), (.delta, .int32), (.delta, .int64), (.deltaLength, .bytes), (.deltaPrefix, .bytes): true
        case (.streamSplit, .int32), (.streamSplit, .int64), (.streamSplit, .float), (.streamSplit, .double):
            true
        default: false
        }
    }

    fileprivate var fittingEncodings: String {
        ParquetWriterOptions.Encoding.allCases.filter { takes($0) }.map(\.rawValue).joined(separator: ", ")
    }
}
