import SluiceCore
import SluiceExpressions

/// A figure that is computed of aggregates: what it is.
struct AggregateFigure: Sendable {
    let terms: [BoundAggregate]
    /// Over one column for each term.
    let result: BoundExpression
    private let schema: Schema

    /// - Throws: as binding does, placed in the text.
    init(_ text: AggregateText, over input: Schema) throws(ExpressionError) {
        var terms: [BoundAggregate] = []
        var fields: [Field] = []
        for term in text.terms {
            do throws(ExpressionError) {
                let bound = try term.call.bind(to: input)
                terms.append(bound)
                fields.append(Field(term.name, bound.type, isNullable: bound.isNullable))
            } catch {
                throw error.moved(by: term.start)
            }
        }
        self.terms = terms
        schema = Schema(unchecked: fields)
        result = try text.expression.bind(to: schema)
        guard result.type.isNumeric || result.type == .boolean || result.type == .null else {
            throw ExpressionError(
                .typeError, "the figure must be a number, but is \(result.type)", 0..<text.expression.text.unicodeScalars.count)
        }
    }

    /// The figure of the finished aggregates; nil where it is null or cannot be computed.
    func value(_ columns: [Column]) -> Double? {
        let evaluated = result.evaluate(Batch(schema, columns, rowCount: 1))
        return evaluated.errors.isEmpty ? evaluated.column[0].asNumber : nil
    }
}

/// The running values of a figure's aggregates.
struct AggregateTally: Sendable {
    let figure: AggregateFigure
    private var states: [any AggregateState]

    init(_ figure: AggregateFigure) {
        self.figure = figure
        states = figure.terms.map { term in
            var state = term.makeState()
            state.resize(groups: 1)
            return state
        }
    }

    /// - Returns: rows for which an argument could not be computed.
    mutating func take(_ batch: Batch, selection: Bitmap?) -> Int {
        let batch = selection.map(batch.filter) ?? batch
        let groups = [Int32](repeating: 0, count: batch.rowCount)
        var failures = 0
        for index in states.indices {
            let argument = figure.terms[index].argument?.evaluate(batch)
            failures = max(failures, argument?.errors.count ?? 0)
            states[index].update(argument?.column, groups: groups)
        }
        return failures
    }

    mutating func merge(_ other: AggregateTally) {
        for index in states.indices { states[index].merge(other.states[index], mapping: [0]) }
    }

    var value: Double? { figure.value(states.map { $0.finish().column }) }
    var byteCount: Int { states.reduce(0) { $0 + $1.byteCount } }
}

extension Value {
    /// A number as a float, a boolean as 1 or 0; nil for anything else.
    var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .float(let value): value
        case .decimal(let value, let scale): Double(Value.decimal(value, scale: scale).description)
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }
}
