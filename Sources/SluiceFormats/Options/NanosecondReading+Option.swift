import SluiceCore

extension NanosecondReading {
    private static let key = "nanoseconds"

    /// - Parameter kinds: Of the format's timestamps, those that it concerns.
    static func option(_ kinds: String) -> OptionSpec {
        OptionSpec(
            key, .choice(allCases.map(\.rawValue)), .read, default: .text(reject.rawValue),
            "What becomes of \(kinds), as Sluice's have microseconds: reject takes a part below a microsecond for a value that does not fit, truncate cuts it off, integer (nanoseconds since 1970) and text keep it."
        )
    }

    init(_ options: CheckedOptions) { self = options.text(Self.key).flatMap(Self.init(rawValue:)) ?? .reject }
}
