import SluiceCore

extension CSVFormat {
    /// The options with which a file should be read as its start shows, and nothing that would change a value: no texts that mean null, and
    /// no marks between groups of digits that could be part of a code.
    ///
    /// - Parameters:
    ///   - start: the first plain bytes.
    ///   - isWhole: nothing follows them.
    package func proposal(_ start: [UInt8], isWhole: Bool) -> [String: OptionValue] {
        var options = DialectDetection(start, isWhole: isWhole, dialect, explains: true).proposed
        for name in ["null_values", "date_pattern", "timestamp_pattern"] { options[name] = nil }
        if options["decimal_mark"] == nil { options["group_mark"] = nil }
        return options
    }
}
