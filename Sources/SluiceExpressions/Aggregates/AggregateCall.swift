package import SluiceCore

/// A call of an aggregate: `count(*)`, `sum(price * quantity)`, `count(DISTINCT customer)`.
package struct AggregateCall: Sendable {
    package let text: String
    package let kind: AggregateKind
    package let isDistinct: Bool
    /// Nil for `count(*)`. Its ranges are offsets into the call's text.
    package let argument: Expression?
    private let range: Range<Int>

    /// Parses a whole text.
    ///
    /// - Throws: `syntaxError`, `unknownFunction`, `typeError` for DISTINCT where it has no meaning.
    package init(parsing text: String) throws(ExpressionError) {
        var parser = try Parser(text)
        let name = parser.current
        guard case .word(let word) = name.kind, parser.ahead(1).isSymbol("(") else {
            throw parser.unexpected("expected an aggregate such as sum(amount) or count(*)")
        }
        guard let kind = AggregateCatalog.kind(named: word) else {
            var remedy = Suggestion.remedy(for: word.lowercased(), in: AggregateCatalog.names, noun: "aggregates")
            if FunctionCatalog.function(named: word) != nil {
                remedy = "\(word) is a function of one row: derive a column with it, or write it inside, as in sum(\(word)(…))"
            }
            throw ExpressionError(.unknownFunction, "unknown aggregate \"\(word)\"", name.range, remedy: remedy)
        }
        parser.advance()
        let opened = parser.current.range
        parser.advance()
        self.text = text
        self.kind = kind
        var isDistinct = false
        if parser.current.isSymbol("*"), kind == .count {
            parser.advance()
            argument = nil
        } else {
            let start = parser.current.range
            isDistinct = parser.acceptKeyword("DISTINCT")
            if isDistinct, [.countIf, .first, .last].contains(kind) {
                throw ExpressionError(.typeError, "\(word) has no DISTINCT", start)
            }
            argument = Expression(text: text, root: try parser.expression())
        }
        self.isDistinct = isDistinct
        try parser.expect(")", "after the argument of \(word)", opened: opened)
        range = 0..<parser.lastEnd
        guard parser.current.kind == .end else {
            throw ExpressionError(
                .syntaxError, "expected the end, found \(parser.current.described)", parser.current.range,
                remedy: "aggregate first, and derive a column from the result in the next step")
        }
    }

    /// Names of the columns that the argument reads.
    package var referencedColumns: [String] { argument?.referencedColumns ?? [] }

    /// Resolves the argument and the result's type.
    package func bind(to schema: Schema) throws(ExpressionError) -> BoundAggregate {
        guard let argument else { return BoundAggregate(kind: .count, isDistinct: false, argument: nil, type: .int64) }
        var bound = try kind == .countIf ? argument.bindPredicate(to: schema) : argument.bind(to: schema)
        let type = bound.type
        let result: DataType
        switch kind {
        case .count, .countIf: result = .int64
        case .sum, .avg:
            guard type.isNumeric || type == .null else {
                let remedy =
                    type.isChoice ? ChoiceCasts.remedy : type == .string ? "convert it: \(kind.rawValue)(CAST(… AS decimal(18,2)))" : nil
                throw ExpressionError(
                    .typeError, "\(kind.rawValue) needs numbers, but this is \(type)", argument.root.range, remedy: remedy)
            }
            if kind == .avg || type.isFloat {
                result = .float64
            } else if case .decimal(_, let scale) = type {
                result = .decimal(precision: DataType.maximumDecimalPrecision, scale: scale)
            } else {
                result = .int64
            }
        case .min, .max:
            guard !type.isChoice else {
                throw ExpressionError(
                    .typeError, "\(kind.rawValue) needs values of one type, but this is \(type)", argument.root.range,
                    remedy: ChoiceCasts.remedy)
            }
            result = type
        case .first, .last: result = type
        }
        // Sums and averages of plain numbers run over int64 and float64 only.
        if kind == .sum || kind == .avg, !type.isDecimal {
            let wide: DataType = type.isFloat ? .float64 : .int64
            bound = BoundExpression(Operand(bound.node, argument.root.range).converted(to: wide), schema, text: bound.text)
        }
        return BoundAggregate(kind: kind, isDistinct: isDistinct && kind != .min && kind != .max, argument: bound, type: result)
    }
}

/// An aggregate whose argument is bound to a schema.
package struct BoundAggregate: Sendable {
    package let kind: AggregateKind
    package let isDistinct: Bool
    /// Nil for `count(*)`; what it gives is the column that `AggregateState.update` takes.
    package let argument: BoundExpression?
    /// Of the result.
    package let type: DataType

    /// Only counts are never null: the others are for groups without a value.
    package var isNullable: Bool { kind != .count && kind != .countIf }

    /// An empty state without groups.
    package func makeState() -> any AggregateState {
        let state = makePlainState()
        return isDistinct ? DistinctState(state, argument?.type ?? .null) : state
    }

    /// As `makeState`, for whoever sees to DISTINCT: every value that comes is taken in.
    package func makePlainState() -> any AggregateState {
        switch kind {
        case .count where isDistinct: CountState(countsAll: false)
        case .count: CountState(countsAll: argument == nil)
        case .countIf: CountIfState()
        case .sum: SumState(type)
        case .avg: AverageState(argument?.type ?? .int64)
        case .min, .max:
            ExtremeState.takes(type)
                ? ExtremeState(type, takesGreater: kind == .max) : ExtremeRowState(type, takesGreater: kind == .max)
        case .first: EndState(type, takesLast: false)
        case .last: EndState(type, takesLast: true)
        }
    }
}
