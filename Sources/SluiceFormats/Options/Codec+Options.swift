package import SluiceCodecs

extension Codec {
    /// Options of a sink, beside its format's.
    package static let options = [
        OptionSpec("compression", .choice(allCases.map(\.rawValue)), .write, default: .text(none.rawValue), "How files are compressed."),
        OptionSpec(
            "compression_level", .integer(1...9), .write, default: .integer(defaultLevel),
            "1 is fastest, 9 makes the smallest files."),
    ]
}
