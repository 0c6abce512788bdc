import SluiceCore

/// `+ - * / // %` on int64 and float64.
enum ArithmeticKernels {
    /// int64 with checked overflow.
    static func integer(_ operation: BinaryOperator, _ a: any BoundNode, _ b: any BoundNode) -> any BoundNode {
        KernelNode(.int64, [a, b]) { input, failures in
            let (x, y) = (input[0].column.int64s, input[1].column.int64s)
            let (sa, sb) = (input[0].stride, input[1].stride)
            var failed = false
            let result: [Int64]
            switch operation {
            case .add: result = pairs(x, sa, y, sb, input.rowCount) { note($0.addingReportingOverflow($1), &failed) }
            case .subtract: result = pairs(x, sa, y, sb, input.rowCount) { note($0.subtractingReportingOverflow($1), &failed) }
            case .multiply: result = pairs(x, sa, y, sb, input.rowCount) { note($0.multipliedReportingOverflow(by: $1), &failed) }
            case .integerDivide: result = pairs(x, sa, y, sb, input.rowCount) { note($0.dividedReportingOverflow(by: $1), &failed) }
            default:
                // The remainder by -1 is 0, also where the quotient would not fit.
                result = pairs(x, sa, y, sb, input.rowCount) { $1 == -1 ? 0 : note($0.remainderReportingOverflow(dividingBy: $1), &failed) }
            }
            if failed { report(operation, x, sa, y, sb, input, &failures) }
            return .integers(result)
        }
    }

    @inline(__always)
    private static func note(_ result: (partialValue: Int64, overflow: Bool), _ failed: inout Bool) -> Int64 {
        failed = failed || result.overflow
        return result.partialValue
    }

    /// Finds the rows that did not go, after the fast loop saw that there are some (perhaps only in null rows).
    private static func report(
        _ operation: BinaryOperator, _ x: [Int64], _ sa: Int, _ y: [Int64], _ sb: Int, _ input: KernelInput, _ failures: inout Failures
    ) {
        for row in 0..<input.rowCount where input.isValid(row) {
            let (a, b) = (x[row &* sa], y[row &* sb])
            switch operation {
            case .add where a.addingReportingOverflow(b).overflow, .subtract where a.subtractingReportingOverflow(b).overflow,
                .multiply where a.multipliedReportingOverflow(by: b).overflow:
                failures.add(row, .overflow, "\(a) \(operation.rawValue) \(b) does not fit int64")
            case .integerDivide where b == 0, .modulo where b == 0:
                failures.add(row, .divisionByZero, "\(a) \(operation.rawValue) 0 is undefined")
            case .integerDivide where a == .min && b == -1: failures.add(row, .overflow, "\(a) // -1 does not fit int64")
            default: break
            }
        }
    }

    /// float64; `//` cuts the quotient off towards zero.
    static func float(_ operation: BinaryOperator, _ a: any BoundNode, _ b: any BoundNode) -> any BoundNode {
        KernelNode(.float64, [a, b]) { input, failures in
            let (x, y) = (input[0].column.doubles, input[1].column.doubles)
            let (sa, sb) = (input[0].stride, input[1].stride)
            let result: [Double]
            var zeroSeen = false
            switch operation {
            case .add: result = pairs(x, sa, y, sb, input.rowCount) { $0 + $1 }
            case .subtract: result = pairs(x, sa, y, sb, input.rowCount) { $0 - $1 }
            case .multiply: result = pairs(x, sa, y, sb, input.rowCount) { $0 * $1 }
            case .divide:
                result = pairs(x, sa, y, sb, input.rowCount) {
                    zeroSeen = zeroSeen || $1 == 0
                    return $0 / $1
                }
            case .integerDivide:
                result = pairs(x, sa, y, sb, input.rowCount) {
                    zeroSeen = zeroSeen || $1 == 0
                    return ($0 / $1).rounded(.towardZero)
                }
            default:
                result = pairs(x, sa, y, sb, input.rowCount) {
                    zeroSeen = zeroSeen || $1 == 0
                    return $0.truncatingRemainder(dividingBy: $1)
                }
            }
            if zeroSeen {
                for row in 0..<input.rowCount where input.isValid(row) && y[row &* sb] == 0 {
                    failures.add(row, .divisionByZero, "\(x[row &* sa]) \(operation.rawValue) 0 is undefined")
                }
            }
            return .floats(result)
        }
    }

    static func negated(_ node: any BoundNode) -> any BoundNode {
        KernelNode(.float64, [node]) { input, _ in .floats(input[0].spread(input.rowCount).doubles.map { -$0 }) }
    }

    /// A function of one float64; the rows for which `isDefined` does not hold fail.
    static func mapped(
        _ node: any BoundNode, _ name: String, isDefined: @escaping @Sendable (Double) -> Bool = { _ in true },
        _ function: @escaping @Sendable (Double) -> Double
    ) -> any BoundNode {
        KernelNode(.float64, [node]) { input, failures in
            let values = input[0].spread(input.rowCount).doubles
            for row in values.indices where input.isValid(row) && !isDefined(values[row]) {
                failures.add(row, .invalidArgument, "\(name)(\(values[row])) is undefined")
            }
            return .floats(values.map(function))
        }
    }

    /// The loop over two buffers, with a copy of its own for a constant on either side.
    @inline(__always)
    static func pairs<A, B, Result>(
        _ a: [A], _ strideA: Int, _ b: [B], _ strideB: Int, _ count: Int, _ combine: (A, B) -> Result
    ) -> [Result] {
        [Result](unsafeUninitializedCapacity: count) { target, initialized in
            guard count > 0 else { return }
            a.withUnsafeBufferPointer { x in
                b.withUnsafeBufferPointer { y in
                    if strideA == 1, strideB == 1 {
                        for row in 0..<count { target.initializeElement(at: row, to: combine(x[row], y[row])) }
                    } else if strideA == 1 {
                        let constant = y[0]
                        for row in 0..<count { target.initializeElement(at: row, to: combine(x[row], constant)) }
                    } else {
                        let constant = x[0]
                        for row in 0..<count { target.initializeElement(at: row, to: combine(constant, y[row &* strideB])) }
                    }
                }
            }
            initialized = count
        }
    }
}
