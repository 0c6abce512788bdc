import SluiceCore
import SluiceExpressions
import SluicePipelines

/// What groups hold: the types of their keys, and the states that are fed row by row.
struct GroupLayout: Sendable {
    let keyTypes: [DataType]
    let makeStates: @Sendable () -> [any AggregateState]
    /// The columns of groups on their way to disk or to another part: keys, place of the first row, running values.
    let partialSchema: Schema
    /// For each state its columns of `partialSchema`.
    let partialRanges: [Range<Int>]

    init(keyTypes: [DataType], makeStates: @escaping @Sendable () -> [any AggregateState]) {
        self.keyTypes = keyTypes
        self.makeStates = makeStates
        var fields = keyTypes.enumerated().map { Field("key\($0)", $1) }
        fields.append(Field("position", .int64))
        fields.append(Field("row", .int64))
        var ranges: [Range<Int>] = []
        for (index, state) in makeStates().enumerated() {
            let start = fields.count
            for (part, column) in state.partial(of: []).enumerated() { fields.append(Field("value\(index)_\(part)", column.type)) }
            ranges.append(start..<fields.count)
        }
        partialSchema = Schema(unchecked: fields)
        partialRanges = ranges
    }

    init(keyTypes: [DataType], aggregates: [BoundAggregate]) {
        self.init(keyTypes: keyTypes) { aggregates.map { $0.makePlainState() } }
    }
}
