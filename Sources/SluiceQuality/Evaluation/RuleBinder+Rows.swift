import SluiceCore
import SluiceExpressions

extension RuleBinder {
    /// What says of each row whether it keeps a check.
    mutating func rowTest(_ check: RuleCheck, _ filter: Int?) throws(ExpressionError) -> RowTest {
        switch check.type {
        case .referentialIntegrity: return RowTest(kind: try integrity(check), filter: filter)
        case .datasetMatch: return RowTest(kind: try match(check), filter: filter)
        case .columnDataType: return RowTest(kind: try dataType(check), filter: filter)
        default: return RowTest(kind: .expression(try expression(try text(check), check)), filter: filter)
        }
    }

    /// The test of one column as the text of an expression.
    private func text(_ check: RuleCheck) throws(ExpressionError) -> String {
        let name = try column(check, 0)
        let type = try type(check, 0)
        guard let condition = check.condition else { return "\(name) IS NOT NULL" }
        switch check.type {
        case .columnLength:
            guard type == .string else {
                throw ExpressionError(
                    .typeError, "only texts have a length, but \"\(check.parameters[0].text)\" is \(type)", check.parameters[0].range)
            }
            return try ConditionText(value: "length(\(name))", type: .int64, nowMicros: nowMicros).text(condition)
        case .dataFreshness: return try ages(name, type, condition, check)
        default:
            guard !type.isNested, !type.isChoice, type != .binary else {
                throw ExpressionError(
                    .typeError, "values of \(type) cannot be compared", check.parameters[0].range, remedy: "derive a column of a part of it"
                )
            }
            return try ConditionText(value: name, type: type, nowMicros: nowMicros).text(condition)
        }
    }

    /// Ages in seconds.
    private func ages(
        _ name: String, _ type: DataType, _ condition: RuleCondition, _ check: RuleCheck
    ) throws(ExpressionError) -> String {
        guard type.isTemporal || type == .string else {
            throw ExpressionError(
                .typeError, "only dates and times have an age, but \"\(check.parameters[0].text)\" is \(type)", check.parameters[0].range)
        }
        let time = type == .string ? "TRY_CAST(\(name) AS timestamp)" : name
        let age = "(\(nowMicros / 1_000_000) - epoch_seconds(\(time)))"
        return try ConditionText(value: age, type: .float64, nowMicros: nowMicros).text(condition.inSeconds)
    }

    // MARK: Types

    private static let typeNames: [String: DataType] = [
        "boolean": .boolean, "date": .date, "timestamp": .timestamp(zoned: false), "integer": .int32, "int": .int32, "long": .int64,
        "short": .int16, "byte": .int8, "float": .float32, "double": .float64, "decimal": .decimal(precision: 38, scale: 18),
        "string": .string,
    ]

    private func dataType(_ check: RuleCheck) throws(ExpressionError) -> RowTest.Kind {
        guard let condition = check.condition else { return .always(true) }
        let isNegated: Bool =
            switch condition.kind {
            case .compare(.notEqual, _), .isIn(_, negated: true): true
            default: false
            }
        var tests: [RowTest] = []
        for operand in condition.operands {
            guard case .text(let name) = operand.kind else { continue }
            guard let wanted = Self.typeNames[name.lowercased()] else {
                throw ExpressionError(
                    .typeError, "unknown type \"\(name)\"", operand.range,
                    remedy: Suggestion.remedy(for: name.lowercased(), in: Self.typeNames.keys.sorted(), noun: "types"))
            }
            tests.append(RowTest(kind: try conforms(check, try type(check, 0), to: wanted, isNegated)))
        }
        return isNegated ? .all(tests) : .any(tests)
    }

    /// Whether values of a type are values of another: all or none by the types, or those texts that can be read so. Null is of every type.
    private func conforms(
        _ check: RuleCheck, _ type: DataType, to wanted: DataType, _ isNegated: Bool
    ) throws(ExpressionError) -> RowTest.Kind {
        if type == wanted || (type.isDecimal && wanted.isDecimal) { return .always(!isNegated) }
        if case .timestamp = type, case .timestamp = wanted { return .always(!isNegated) }
        let sizes: [DataType] = [.int8, .int16, .int32, .int64]
        if let own = sizes.firstIndex(of: type), let other = sizes.firstIndex(of: wanted), own <= other { return .always(!isNegated) }
        if type == .float32, wanted == .float64 { return .always(!isNegated) }
        guard type == .string || (type.isInteger && wanted.isInteger) else { return .always(isNegated) }
        let text = Self.castText(try column(check, 0), to: wanted)
        return .expression(try expression(isNegated ? "NOT \(text)" : text, check))
    }

    private static func castText(_ name: String, to type: DataType) -> String {
        "(\(name) IS NULL OR TRY_CAST(\(name) AS \(type)) IS NOT NULL)"
    }

    // MARK: Other datasets

    private mutating func integrity(_ check: RuleCheck) throws(ExpressionError) -> RowTest.Kind {
        let own = RuleParameter.columns(in: check.parameters[0].text)
        guard let (dataset, theirs) = check.parameters[1].splitDataset() else {
            throw ExpressionError(
                .syntaxError, "expected a dataset and its columns", check.parameters[1].range,
                remedy: "for example: \"reference.{id,region}\"")
        }
        guard own.count == theirs.count else {
            throw ExpressionError(.syntaxError, "\(own.count) columns cannot be compared with \(theirs.count)", check.parameters[1].range)
        }
        let pairs = zip(own, theirs).map { (own: $0, theirs: $1) }
        return try members(check, dataset, keys: pairs, values: [], places: (check.parameters[0], check.parameters[1]))
    }

    private mutating func match(_ check: RuleCheck) throws(ExpressionError) -> RowTest.Kind {
        let dataset = check.parameters[0]
        let other = try self.dataset(dataset).schema
        let keys = try Self.pairs(check.parameters[1])
        var values: [(own: String, theirs: String)] = []
        if check.parameters.count > 2 {
            values = try Self.pairs(check.parameters[2])
        } else {
            let taken = Set(keys.map(\.own))
            values = schema.names.filter { other[$0] != nil && !taken.contains($0) }.map { ($0, $0) }
        }
        let place = check.parameters[check.parameters.count - 1]
        return try members(check, dataset, keys: keys, values: values, places: (place, place))
    }

    /// `a->b, c` as pairs of columns of both datasets.
    private static func pairs(_ parameter: RuleParameter) throws(ExpressionError) -> [(own: String, theirs: String)] {
        var pairs: [(own: String, theirs: String)] = []
        for part in RuleParameter.columns(in: parameter.text) {
            let sides = part.split(separator: "->", omittingEmptySubsequences: false).map { RuleParameter.columns(in: $0)[0] }
            guard sides.count <= 2, !sides.contains("") else {
                throw ExpressionError(
                    .syntaxError, "expected pairs of columns", parameter.range, remedy: "for example: \"id->order_id,day->day\"")
            }
            pairs.append((sides[0], sides[sides.count - 1]))
        }
        return pairs
    }

    /// Whether the other dataset has a row with equal keys and values. Null keys match nothing, null values each other.
    private mutating func members(
        _ check: RuleCheck, _ dataset: RuleParameter, keys: [(own: String, theirs: String)], values: [(own: String, theirs: String)],
        places: (own: RuleParameter, theirs: RuleParameter)
    ) throws(ExpressionError) -> RowTest.Kind {
        let other = try self.dataset(dataset).schema
        var own: [BoundExpression] = []
        var theirs: [BoundExpression] = []
        func add(_ text: String, _ name: String, to list: inout [BoundExpression], over schema: Schema) throws(ExpressionError) {
            do throws(ExpressionError) {
                list.append(try Expression(parsing: text).bind(to: schema))
            } catch {
                throw ExpressionError(error.code, error.message, check.range, remedy: error.remedy)
            }
        }
        for (index, pair) in (keys + values).enumerated() {
            let type = try Self.type(pair.own, in: schema, at: places.own)
            let otherType = try Self.type(pair.theirs, in: other, at: places.theirs)
            guard type == otherType || (type.isInteger && otherType.isInteger) else {
                throw ExpressionError(
                    .typeError, "\"\(pair.own)\" is \(type), but \"\(pair.theirs)\" of \"\(dataset.text)\" is \(otherType)",
                    places.own.range,
                    remedy: "cast one of them before")
            }
            let (name, otherName) = (ConditionText.name(pair.own), ConditionText.name(pair.theirs))
            let isWide = type.isInteger
            try add(isWide ? "CAST(\(name) AS int64)" : name, pair.own, to: &own, over: schema)
            try add(isWide ? "CAST(\(otherName) AS int64)" : otherName, pair.theirs, to: &theirs, over: other)
            guard index >= keys.count else { continue }
            try add("\(name) IS NULL", pair.own, to: &own, over: schema)
            try add("\(otherName) IS NULL", pair.theirs, to: &theirs, over: other)
        }
        let list = (keys + values).map(\.theirs).joined(separator: "\n")
        let measure = try measure(
            of: dataset.text, "keys \(keys.count) \(list)", KeyColumns(expressions: theirs, required: keys.count))
        return .member(KeyColumns(expressions: own, required: keys.count), dataset: dataset.text, measure: measure)
    }
}

extension RuleCondition {
    /// The condition with its lengths of time as numbers of seconds.
    fileprivate var inSeconds: RuleCondition {
        func seconds(_ operand: RuleOperand) -> RuleOperand {
            guard case .duration(let seconds) = operand.kind else { return operand }
            return RuleOperand(kind: .number(seconds, text: "\(seconds)"), range: operand.range)
        }
        let kind: Kind =
            switch self.kind {
            case .compare(let comparison, let operand): .compare(comparison, seconds(operand))
            case .between(let low, let high, let negated): .between(seconds(low), seconds(high), negated: negated)
            case .isIn(let list, let negated): .isIn(list.map(seconds), negated: negated)
            case .matches: self.kind
            }
        return RuleCondition(kind: kind, range: range)
    }
}
