import SluiceCore

/// Exact arithmetic on decimals, which are integers scaled by a power of ten.
enum DecimalKernels {
    /// `+ - * // %` with a result type that the binder chose; a result of more digits than it has fails.
    static func arithmetic(_ operation: BinaryOperator, _ a: any BoundNode, _ b: any BoundNode, _ result: DataType) -> any BoundNode {
        guard case .decimal(_, let s1) = a.type, case .decimal(_, let s2) = b.type, case .decimal(let precision, let scale) = result else {
            preconditionFailure("only decimals come here")
        }
        let limit = Int128(NumberText.powerOfTen(precision))
        let (lift1, lift2) = (power(max(s1, s2) - s1), power(max(s1, s2) - s2))
        return KernelNode(result, [a, b]) { input, failures in
            let (x, y) = (input[0].column.decimals, input[1].column.decimals)
            let (sa, sb) = (input[0].stride, input[1].stride)
            let count = input.rowCount
            var failed = false
            let values = ArithmeticKernels.pairs(x, sa, y, sb, count) { left, right -> Int128 in
                guard let value = combined(operation, left, right, lift1, lift2), value.magnitude < limit.magnitude else {
                    failed = true
                    return 0
                }
                return value
            }
            if failed {
                for row in 0..<count where input.isValid(row) {
                    let (left, right) = (x[row &* sa], y[row &* sb])
                    if let value = combined(operation, left, right, lift1, lift2), value.magnitude < limit.magnitude { continue }
                    let written = "\(text(left, s1)) \(operation.rawValue) \(text(right, s2))"
                    if right == 0, operation == .integerDivide || operation == .modulo {
                        failures.add(row, .divisionByZero, written + " is undefined")
                    } else {
                        failures.add(row, .overflow, written + " does not fit \(result)")
                    }
                }
            }
            return Column(.decimal(precision: precision, scale: scale), .decimal(values))
        }
    }

    /// The unscaled result; nil on overflow of 128 bits and on division by zero.
    @inline(__always)
    private static func combined(_ operation: BinaryOperator, _ a: Int128, _ b: Int128, _ liftA: Int128, _ liftB: Int128) -> Int128? {
        if operation == .multiply {
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? nil : product
        }
        let (x, overflowX) = a.multipliedReportingOverflow(by: liftA)
        let (y, overflowY) = b.multipliedReportingOverflow(by: liftB)
        guard !overflowX, !overflowY else { return nil }
        switch operation {
        case .add:
            let (sum, overflow) = x.addingReportingOverflow(y)
            return overflow ? nil : sum
        case .subtract:
            let (difference, overflow) = x.subtractingReportingOverflow(y)
            return overflow ? nil : difference
        case .integerDivide: return y == 0 ? nil : x / y
        default: return y == 0 ? nil : x % y
        }
    }

    static func negated(_ node: any BoundNode) -> any BoundNode {
        KernelNode(node.type, [node]) { input, _ in
            let column = input[0].spread(input.rowCount)
            return Column(column.type, .decimal(column.decimals.map { -$0 }))
        }
    }

    static func power(_ exponent: Int) -> Int128 { Int128(NumberText.powerOfTen(exponent)) }

    static func text(_ unscaled: Int128, _ scale: Int) -> String {
        var bytes: [UInt8] = []
        NumberText.append(unscaled, scale: scale, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
