/// How jq 1.6 writes a number: as the double that is nearest to it, with the fewest digits that tell it from others.
///
/// Without an exponent where the point is less than four places before the digits, and at most fifteen behind them. Source: `jvp_dtoa_fmt` of jq 1.6.
enum QueryNumber {
    private static let placesBefore = 4
    private static let placesBehind = 15

    /// - Parameter digits: A number as JSON writes it.
    static func text(_ digits: ArraySlice<UInt8>) -> String {
        let written = String(decoding: digits, as: UTF8.self)
        guard let value = Double(written) else { return written }
        let number = min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
        return (number.sign == .minus ? "-" : "") + text(number.magnitude)
    }

    private static func text(_ number: Double) -> String {
        guard number > 0 else { return "0" }
        // `1.25e-07`, `100.0`: the digits, and how many of them are before the point.
        let parts = "\(number)".split(separator: "e")
        let places = parts[0].split(separator: ".")
        let all = places.joined()
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.hasSuffix("0") { digits.removeLast() }
        let point = places[0].count - leading + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        if point <= -placesBefore || point > digits.count + placesBehind {
            let exponent = "\((point - 1).magnitude)"
            let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
            return "\(digits.prefix(1))\(fraction)e\(point > 0 ? "+" : "-")\(exponent.count < 2 ? "0" : "")\(exponent)"
        }
        if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return digits + String(repeating: "0", count: point - digits.count) }
        return "\(digits.prefix(point)).\(digits.dropFirst(point))"
    }
}
