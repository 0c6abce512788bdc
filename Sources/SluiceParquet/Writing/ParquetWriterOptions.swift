package import SluiceCodecs

/// How a Parquet file is written; the defaults are what most readers take and what is fast to write and read.
package struct ParquetWriterOptions: Sendable {
    /// Format of data pages.
    package enum PageVersion: Sendable {
        /// Every reader knows it.
        case one
        /// Levels are not compressed, and pages that do not get smaller are left plain.
        case two
    }

    /// An encoding that is asked for, instead of a dictionary or plain values.
    package enum Encoding: String, CaseIterable, Sendable {
        case plain
        /// Booleans.
        case runLength = "rle"
        /// Integers, dates, timestamps and decimals of at most 18 digits: differences to the value before.
        case delta = "delta_binary_packed"
        /// Texts and binaries: all lengths first.
        case deltaLength = "delta_length_byte_array"
        /// Texts and binaries: without the start that each shares with the one before.
        case deltaPrefix = "delta_byte_array"
        /// Numbers: all first bytes, then all second ones.
        case streamSplit = "byte_stream_split"
    }

    /// Compression of pages: none, snappy, gzip or zstd.
    package var codec = BlockCodec.snappy
    /// Level of gzip and zstd; nil: the codec's default.
    package var level: Int?
    /// Rows that callers put in one row group.
    package var rowGroupRows = 122_880
    /// Rows of one page at most. Smaller pages let readers skip more, and compress worse: files of the flight data with pages of 20,480
    /// rows are 16 % larger, because Snappy finds fewer repeats.
    package var pageRows = 122_880
    /// Bytes of one page at most, before compression; a single larger row makes a larger page.
    package var pageBytes = 1 << 20
    package var usesDictionaries = true
    /// Bytes of a column's dictionary in one row group at most; a column that needs more is written plain.
    package var dictionaryBytes = 1 << 20
    package var pageVersion = PageVersion.one
    /// Null counts, least and greatest values of column chunks.
    package var writesStatistics = true
    /// Where each page is, and its least and greatest values.
    package var writesPageIndex = true
    /// A CRC-32 of each page.
    package var writesChecksums = false
    /// Columns that get a bloom filter: names, or paths with dots for leaves of nested columns.
    package var bloomFilters: [String] = []
    /// How many of the values that are not there a bloom filter may take for there, of one.
    package var bloomFalsePositives = 0.01
    /// Encodings asked for, by column name, or path with dots.
    package var encodings: [String: Encoding] = [:]
    /// Notes kept in the footer, in order.
    package var notes: [(key: String, value: String)] = []

    package init() {}
}
