package import SluiceCore

/// What a sample shows of one column's type. Two shapes merge into the narrowest that holds both without losing anything.
package indirect enum Shape: Hashable, Sendable {
    /// Only nulls so far.
    case unknown
    case boolean
    case integer
    case float
    case date
    case timestamp(zoned: Bool)
    case text
    case list(Shape)
    case structure([Member])

    /// A named part of a struct, in the order in which the parts were seen.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var shape: Shape
    }

    /// Integers and fractions are floats, structs get the members of both, lists the merged elements; anything else mixed is text.
    mutating func merge(_ other: Shape) {
        switch (self, other) {
        case (_, .unknown): break
        case (.unknown, _): self = other
        case (.integer, .float), (.float, .integer): self = .float
        case (.list(var element), .list(let more)):
            element.merge(more)
            self = .list(element)
        case (.structure(var members), .structure(let more)):
            for (index, member) in more.enumerated() {
                // Records mostly have their members in one order.
                let place =
                    index < members.count && members[index].name == member.name ? index : members.firstIndex { $0.name == member.name }
                if let place { members[place].shape.merge(member.shape) } else { members.append(member) }
            }
            self = .structure(members)
        default: if self != other { self = .text }
        }
    }

    /// The type of a column with this shape. A column without any value is a string, as is a struct without members.
    var type: DataType {
        switch self {
        case .unknown, .text: .string
        case .boolean: .boolean
        case .integer: .int64
        case .float: .float64
        case .date: .date
        case .timestamp(let zoned): .timestamp(zoned: zoned)
        case .list(let element): .list(element.type)
        case .structure(let members):
            members.isEmpty ? .string : .structure(members.map { Field($0.name, $0.shape.type) })
        }
    }
}

/// The columns that a sample of records showed, merged over files by name; a column of a later file comes behind those of earlier ones.
package struct ShapeSample: Sendable {
    private(set) var members: [Shape.Member] = []
    private var positions: [ExactText: Int] = [:]
    /// Records that were looked at.
    package var rows = 0

    package init() {}

    mutating func observe(_ name: String, _ shape: Shape) {
        if let position = positions[ExactText(name)] {
            members[position].shape.merge(shape)
        } else {
            positions[ExactText(name)] = members.count
            members.append(Shape.Member(name: name, shape: shape))
        }
    }

    /// Whether more values of the column cannot change its shape.
    func isText(_ name: String) -> Bool { positions[ExactText(name)].map { members[$0].shape == .text } ?? false }

    package var schema: Schema { Schema(unchecked: members.map { Field($0.name, $0.shape.type) }) }
}
