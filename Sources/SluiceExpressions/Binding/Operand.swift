import SluiceCore

/// A bound part of an expression, with what its binding to others needs.
struct Operand {
    var node: any BoundNode
    /// Where it stands in the text.
    var range: Range<Int>
    /// Set where the text has a plain literal, which adapts to what it is combined with.
    var literal: Literal?

    init(_ node: any BoundNode, _ range: Range<Int>, literal: Literal? = nil) {
        self.node = node
        self.range = range
        self.literal = literal
    }

    var type: DataType { node.type }
    var isNull: Bool { type == .null }

    /// The same value in another type, where nothing can be lost: a literal of the type, a null, a wider number. Nil where it would need a cast.
    func coerced(to target: DataType) -> Operand? {
        if type == target { return self }
        if let literal, let value = literal.value(as: target), let column = try? ColumnBuilder.column(target, [value]) {
            return Operand(ConstantNode(value: column), range, literal: literal)
        }
        if type == .null, node is ConstantNode { return Operand(ConstantNode.null(target), range) }
        guard type.widens(to: target) else { return nil }
        return Operand(converted(to: target), range)
    }

    /// A cast, folded where the value is constant.
    func converted(to target: DataType) -> any BoundNode {
        if type == target { return node }
        if type == .null, node is ConstantNode { return ConstantNode.null(target) }
        return KernelNode(target, [node]) { input, failures in
            var nested = Failures(active: failures.active, wantsMessages: failures.wantsMessages, budget: failures.budget)
            let result = CastKernel.convert(input[0].spread(input.rowCount), to: target, &nested)
            failures.merge(nested.errors)
            return result
        }.folded()
    }
}

extension Literal {
    /// The literal as a value of `type`, exactly; nil where it is none.
    func value(as type: DataType) -> Value? {
        switch self {
        case .null: return .null
        case .boolean(let truth): return type == .boolean ? .boolean(truth) : nil
        case .number(let digits): return Self.number(digits, as: type)
        case .text(let text):
            switch type {
            case .string: return .string(text)
            case .date, .timestamp: return TextTimes.literal(text, as: type)?.value(as: type)
            default: return nil
            }
        case .date(let days):
            switch type {
            case .date: return .date(days)
            case .timestamp(let zoned): return .timestamp(Int64(days) * TimeText.microsPerDay, zoned: zoned)
            default: return nil
            }
        case .timestamp(let micros, let zoned): return type == .timestamp(zoned: zoned) ? .timestamp(micros, zoned: zoned) : nil
        }
    }

    private static func number(_ digits: String, as type: DataType) -> Value? {
        var copy = digits
        return copy.withUTF8 { bytes in
            switch type {
            case .int8, .int16, .int32, .int64:
                guard let number = NumberText.integer(bytes), Value.integer(number).fits(type) else { return nil }
                return .integer(number)
            case .float32: return NumberText.float(bytes).flatMap { Float($0).isFinite ? .float($0) : nil }
            case .float64: return NumberText.float(bytes).map { .float($0) }
            case .decimal(let precision, let scale):
                return NumberText.decimal(bytes, precision: precision, scale: scale).map { .decimal($0, scale: scale) }
            default: return nil
            }
        }
    }

    /// The type of the literal alone: int64, or decimal where that is too small, or float64 with a point or an exponent.
    var naturalType: DataType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .number(let digits): digits.utf8.allSatisfy({ $0 == 0x2D || $0 &- 0x30 < 10 }) ? integerType : .float64
        case .text: .string
        case .date: .date
        case .timestamp(_, let zoned): .timestamp(zoned: zoned)
        }
    }

    private var integerType: DataType { value(as: .int64) != nil ? .int64 : exactType ?? .float64 }

    /// The smallest decimal that holds a number literal as it is written; nil with an exponent or more than 38 digits.
    var exactType: DataType? {
        guard case .number(let digits) = self, !digits.contains(where: { $0 == "e" || $0 == "E" }) else { return nil }
        let unsigned = digits.drop { $0 == "-" }
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let scale = parts.count > 1 ? parts[1].count : 0
        let precision = max(1, parts[0].drop { $0 == "0" }.count + scale)
        return precision <= DataType.maximumDecimalPrecision ? .decimal(precision: precision, scale: scale) : nil
    }
}
