import SluiceCore

/// What `round`, `trunc`, `ceil` and `floor` share: cutting a number off at a power of ten by a rule.
enum Rounding {
    /// - Parameter places: digits kept behind the point; negative ones are in front of it.
    static func node(_ number: any BoundNode, places: Int, _ rule: FloatingPointRoundingRule) -> any BoundNode {
        switch number.type {
        case .decimal(let precision, let scale):
            if places >= scale { return number }
            return decimal(number, precision, scale, places, rule)
        case .float64: return float(number, places, rule)
        default: return places >= 0 ? number : integer(number, places, rule)
        }
    }

    private static func float(_ number: any BoundNode, _ places: Int, _ rule: FloatingPointRoundingRule) -> any BoundNode {
        let power = Double(NumberText.powerOfTen(min(abs(places), 22)))
        return KernelNode(.float64, [number]) { input, _ in
            let values = input[0].spread(input.rowCount).doubles
            if places == 0 { return .floats(values.map { $0.rounded(rule) }) }
            return .floats(
                values.map { value in
                    let scaled = places > 0 ? value * power : value / power
                    // Beyond 2^53 a double has no digits there, and what is not finite stays.
                    guard scaled.magnitude < 9_007_199_254_740_992 else { return value }
                    return places > 0 ? scaled.rounded(rule) / power : scaled.rounded(rule) * power
                })
        }
    }

    private static func integer(_ number: any BoundNode, _ places: Int, _ rule: FloatingPointRoundingRule) -> any BoundNode {
        let power = DecimalKernels.power(min(-places, 38))
        return KernelNode(.int64, [number]) { input, failures in
            var result = input[0].spread(input.rowCount).int64s
            for row in result.indices where input.isValid(row) {
                guard let rounded = Int64(exactly: quotient(Int128(result[row]), power, rule) * power) else {
                    failures.add(row, .overflow, "\(result[row]) rounded to \(places) places does not fit int64")
                    continue
                }
                result[row] = rounded
            }
            return .integers(result)
        }
    }

    private static func decimal(
        _ number: any BoundNode, _ precision: Int, _ scale: Int, _ places: Int, _ rule: FloatingPointRoundingRule
    ) -> any BoundNode {
        let (cut, lift) = (DecimalKernels.power(min(scale - places, 38)), DecimalKernels.power(min(max(-places, 0), 38)))
        let kept = max(places, 0)
        // Rounding up can need one digit more.
        let digits = min(DataType.maximumDecimalPrecision, max(precision - scale + 1 + kept, kept + 1))
        let type = DataType.decimal(precision: digits, scale: kept)
        let limit = NumberText.powerOfTen(digits)
        return KernelNode(type, [number]) { input, failures in
            let values = input[0].spread(input.rowCount).decimals
            var result = values
            for row in values.indices where input.isValid(row) {
                let (rounded, overflow) = quotient(values[row], cut, rule).multipliedReportingOverflow(by: lift)
                if overflow || rounded.magnitude >= limit {
                    failures.add(
                        row, .overflow, "\(DecimalKernels.text(values[row], scale)) rounded to \(places) places does not fit \(type)")
                }
                result[row] = rounded
            }
            return Column(type, .decimal(result))
        }
    }

    /// The quotient as an integer by a rule.
    private static func quotient(_ value: Int128, _ divisor: Int128, _ rule: FloatingPointRoundingRule) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        switch rule {
        case .up: return remainder > 0 ? quotient + 1 : quotient
        case .down: return remainder < 0 ? quotient - 1 : quotient
        case .toNearestOrAwayFromZero:
            return remainder.magnitude >= divisor.magnitude - remainder.magnitude ? quotient + value.signum() : quotient
        default: return quotient
        }
    }
}
