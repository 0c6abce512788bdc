package import SluiceCore
package import SluiceFormats

/// A classifier of one's own: a format with its options, which is a file's where its records are of it.
package struct CustomClassifier: Hashable, Sendable {
    package let name: String
    /// `csv`, `json` or `text`.
    package let format: String
    package let options: [String: OptionValue]
    /// Whether a CSV file may have one column only.
    package let allowsSingleColumn: Bool
    /// What its tables say that their data is; the format when nil.
    package let classification: String?

    /// - Throws: `invalidOption` for an unknown format or option.
    package init(
        name: String, format: String, options: [String: OptionValue] = [:], allowsSingleColumn: Bool = false,
        classification: String? = nil
    ) throws(SluiceError) {
        _ = try FormatRegistry.recordFormat(named: format, options: options)
        self.name = name
        self.format = format
        self.options = options
        self.allowsSingleColumn = allowsSingleColumn
        self.classification = classification
    }

    var fingerprint: String {
        "\(name)=\(format)\(allowsSingleColumn ? "1" : "")\(classification ?? "")"
            + options.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined()
    }
}
