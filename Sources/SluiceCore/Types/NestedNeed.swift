/// Which parts of a column's values somebody reads.
package indirect enum NestedNeed: Hashable, Sendable {
    case whole
    /// Of a struct, by their positions.
    case members([Int: NestedNeed])
    /// Of a list, in each of its elements.
    case elements(NestedNeed)

    /// What either of the two reads.
    package mutating func merge(_ other: NestedNeed) {
        switch (self, other) {
        case (.members(let mine), .members(let others)):
            self = .members(
                mine.merging(others) { a, b in
                    var both = a
                    both.merge(b)
                    return both
                })
        case (.elements(var mine), .elements(let others)):
            mine.merge(others)
            self = .elements(mine)
        default: if self != other { self = .whole }
        }
    }

    /// The type without the struct members that nobody reads; the others keep their order.
    package func pruned(_ type: DataType) -> DataType {
        switch (self, type) {
        case (.members(let members), .structure(let fields)):
            .structure(
                members.keys.sorted().filter(fields.indices.contains).map { place in
                    var field = fields[place]
                    field.type = members[place, default: .whole].pruned(field.type)
                    return field
                })
        case (.elements(let need), .list(let element)): .list(need.pruned(element))
        default: type
        }
    }
}
