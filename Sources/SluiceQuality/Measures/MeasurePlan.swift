import SluiceCore
import SluiceExpressions

/// Everything that is measured of the rows of one schema, each once.
struct MeasurePlan: Sendable {
    enum Measure: Sendable {
        case rows
        case test(RowTest)
        case keys(KeyColumns)
        case moments(BoundExpression, BoundExpression?)
        case aggregate(AggregateFigure)
    }

    let schema: Schema
    private(set) var filters: [BoundExpression] = []
    /// With the number of the filter whose rows count.
    private(set) var measures: [(measure: Measure, filter: Int?)] = []
    private var filterNumbers: [String: Int] = [:]
    private var measureNumbers: [String: Int] = [:]

    init(schema: Schema) { self.schema = schema }

    /// The number of a filter.
    mutating func filter(_ text: String, _ bound: BoundExpression) -> Int {
        if let number = filterNumbers[text] { return number }
        filters.append(bound)
        filterNumbers[text] = filters.count - 1
        return filters.count - 1
    }

    /// The number of a measure; one that has the same name is taken for the same.
    mutating func measure(_ name: String, filter: Int?, _ make: () throws(ExpressionError) -> Measure) throws(ExpressionError) -> Int {
        let key = "\(filter ?? -1) \(name)"
        if let number = measureNumbers[key] { return number }
        measures.append((try make(), filter))
        measureNumbers[key] = measures.count - 1
        return measures.count - 1
    }
}

/// What was measured of some of the rows: parts are filled side by side and merged.
struct MeasurePart: Sendable {
    enum Tally: Sendable {
        case rows(Int64)
        case test(TestTally)
        case keys(KeyTally)
        case moments(MomentTally)
        case aggregate(AggregateTally)
    }

    let plan: MeasurePlan
    private(set) var tallies: [Tally]
    /// Rows that were looked at, and those for which a filter or an argument could not be computed.
    private(set) var rowCount: Int64 = 0
    private(set) var failures: Int64 = 0

    init(_ plan: MeasurePlan) {
        self.plan = plan
        tallies = plan.measures.map { entry in
            switch entry.measure {
            case .rows: .rows(0)
            case .test: .test(TestTally())
            case .keys: .keys(KeyTally())
            case .moments: .moments(MomentTally())
            case .aggregate(let figure): .aggregate(AggregateTally(figure))
            }
        }
    }

    /// - Parameter marking: Measures of keys of which it is asked which rows do not let them be keys.
    /// - Returns: these rows.
    @discardableResult
    mutating func take(_ rows: MeasuredBatch, marking: Set<Int> = []) -> [Int: KeyTally.Marks] {
        var marks: [Int: KeyTally.Marks] = [:]
        rowCount += Int64(rows.batch.rowCount)
        for index in tallies.indices {
            let (measure, filter) = plan.measures[index]
            let selection = filter.map { rows.selection($0) }
            switch (measure, tallies[index]) {
            case (.rows, .rows(let count)): tallies[index] = .rows(count + Int64(selection?.setCount ?? rows.batch.rowCount))
            case (.test(let test), .test(var tally)):
                tallies[index] = .rows(0)
                tally.take(rows.verdict(of: index, test), rows, test)
                tallies[index] = .test(tally)
            case (.keys(let columns), .keys(var tally)):
                // The tally is let go of first, so that its table is changed in place.
                tallies[index] = .rows(0)
                let values = columns.expressions.map { $0.evaluate(rows.batch).column }
                marks[index] = tally.take(
                    values, required: columns.required, rowCount: rows.batch.rowCount, selection: selection, marks: marking.contains(index))
                tallies[index] = .keys(tally)
            case (.moments(let x, let y), .moments(var tally)):
                tally.take(x.evaluate(rows.batch).column, y?.evaluate(rows.batch).column, selection: selection)
                tallies[index] = .moments(tally)
            case (.aggregate, .aggregate(var tally)):
                tallies[index] = .rows(0)
                failures += Int64(tally.take(rows.batch, selection: selection))
                tallies[index] = .aggregate(tally)
            default: preconditionFailure("a tally of another measure")
            }
        }
        failures += Int64(rows.failures)
        return marks
    }

    mutating func merge(_ other: MeasurePart) {
        rowCount += other.rowCount
        failures += other.failures
        for index in tallies.indices {
            switch (tallies[index], other.tallies[index]) {
            case (.rows(let count), .rows(let more)): tallies[index] = .rows(count + more)
            case (.test(var tally), .test(let more)):
                tally.merge(more)
                tallies[index] = .test(tally)
            case (.keys(var tally), .keys(let more)):
                tallies[index] = .rows(0)
                tally.merge(more)
                tallies[index] = .keys(tally)
            case (.moments(var tally), .moments(let more)):
                tally.merge(more)
                tallies[index] = .moments(tally)
            case (.aggregate(var tally), .aggregate(let more)):
                tally.merge(more)
                tallies[index] = .aggregate(tally)
            default: preconditionFailure("a part of another plan")
            }
        }
    }

    func keys(_ index: Int) -> KeyTally? { if case .keys(let tally) = tallies[index] { tally } else { nil } }
}
