import ArgumentParser
import SluiceEngine

/// A number of bytes as a person writes it: `500MB`, `2GiB`, `1048576`.
struct ByteCount: Hashable, Sendable, ExpressibleByArgument {
    var bytes: Int

    private static let units: [(name: String, factor: Int)] = [
        ("", 1), ("b", 1), ("k", 1_000), ("kb", 1_000), ("m", 1_000_000), ("mb", 1_000_000), ("g", 1_000_000_000), ("gb", 1_000_000_000),
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30),
    ]

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let unit = argument[digits.endIndex...].lowercased().drop { $0 == " " }
        guard let number = Int(digits), number > 0, let factor = Self.units.first(where: { $0.name == unit })?.factor else { return nil }
        let (product, overflowed) = number.multipliedReportingOverflow(by: factor)
        guard !overflowed else { return nil }
        bytes = product
    }
}

extension ByteCount {
    /// - Throws: `ValidationError` where it is too little for the memory of a step.
    func checkStepMemory() throws {
        guard bytes < EngineLimits.minimumStateBytes else { return }
        throw ValidationError("--memory takes 1MiB or more, such as 500MB; \(bytes) bytes hold no batch of rows")
    }
}
