/// Bounds of dialects and of their detection.
enum CSVLimits {
    /// Bytes of a delimiter.
    static let delimiterBytes = 8
    /// Rows of a header.
    static let headerRows = 16
    /// Records at a file's end that may be its footer.
    static let footerRecords = 100
    /// Plain bytes of a file's start that its dialect is detected from.
    static let detectedBytes = 64 << 10
    /// Records that a dialect is detected from.
    static let detectedRecords = 1_000
    /// Fields of one record that detection looks at.
    static let detectedFields = 2_000
    /// Lines that may stand before a header that is detected.
    static let detectedPreamble = 40
    /// Delimiters of several characters that detection tries.
    static let detectedWideDelimiters = 6
}
