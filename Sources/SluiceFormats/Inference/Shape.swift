package import SluiceCore

/// What a sample shows of one column's type. Two shapes merge into the narrowest that holds both without losing anything.
package indirect enum Shape: Hashable, Sendable {
    /// Only nulls so far.
    case unknown
    case boolean
    case integer
    /// Beyond the integers that a double holds exactly.
    case largeInteger
    /// Beyond Int64.
    case hugeInteger
    case float
    case date
    case timestamp(zoned: Bool)
    case text
    case list(Shape)
    case structure(Members)
    /// Values of different kinds, each of which is kept as it came; none of them is itself a choice.
    case choice([Shape])

    /// A named part of a struct, in the order in which the parts were seen.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var shape: Shape
    }

    /// The members of structs, each name once.
    package struct Members: Hashable, Sendable {
        package private(set) var list: [Member] = []
        private var places = NamePlaces()

        /// Where the members had one of the name, `combine` gets its shape.
        mutating func add(_ name: String, _ shape: Shape, _ combine: (inout Shape) -> Void) {
            let place = places.place(of: name)
            if place < list.count { combine(&list[place].shape) } else { list.append(Member(name: name, shape: shape)) }
        }

        fileprivate mutating func merge(_ other: Members, keepsKinds: Bool) {
            for member in other.list { add(member.name, member.shape) { $0.merge(member.shape, keepsKinds: keepsKinds) } }
        }
    }

    /// Integers and fractions are floats as long as that is exact, structs get the members of both, lists the merged elements, different kinds
    /// of texts are text; anything else mixed is text, too.
    ///
    /// - Parameter keepsKinds: what else is mixed is a choice, because values say of which kind they are.
    mutating func merge(_ other: Shape, keepsKinds: Bool = false) {
        if case .structure(var members) = self, case .structure(let more) = other {
            // Only one owner, so that the members are not copied for each record.
            self = .unknown
            members.merge(more, keepsKinds: keepsKinds)
            self = .structure(members)
            return
        }
        switch (self, other) {
        case (_, .unknown): break
        case (.unknown, _): self = other
        case (.integer, .float), (.float, .integer): self = .float
        case (.integer, .largeInteger), (.largeInteger, .integer): self = .largeInteger
        case (.integer, .hugeInteger), (.largeInteger, .hugeInteger), (.hugeInteger, .integer), (.hugeInteger, .largeInteger):
            self = .hugeInteger
        case (.list(var element), .list(let more)):
            element.merge(more, keepsKinds: keepsKinds)
            self = .list(element)
        case (.choice, .choice(let others)): for shape in others { merge(shape, keepsKinds: keepsKinds) }
        case (.choice(let shapes), _): self = Self.choice(of: shapes, and: other)
        case (_, .choice(let shapes)): self = Self.choice(of: shapes, and: self)
        default: if self != other { self = keepsKinds && !(isText && other.isText) ? .choice([self, other]) : .text }
        }
    }

    /// Whether values are texts.
    private var isText: Bool {
        switch self {
        case .date, .timestamp, .text: true
        default: false
        }
    }

    /// Adds a shape to those of a choice: to the one of its kind, or as another one.
    private static func choice(of shapes: [Shape], and other: Shape) -> Shape {
        var result = shapes
        for index in result.indices {
            var merged = result[index]
            merged.merge(other, keepsKinds: true)
            if case .choice = merged { continue }
            result[index] = merged
            return .choice(result)
        }
        return .choice(result + [other])
    }

    /// The type of a column with this shape. A column without any value is a string, as is a struct without members.
    var type: DataType {
        switch self {
        case .unknown, .text: .string
        case .boolean: .boolean
        case .integer, .largeInteger: .int64
        case .hugeInteger: .decimal(precision: DataType.maximumDecimalPrecision, scale: 0)
        case .float: .float64
        case .date: .date
        case .timestamp(let zoned): .timestamp(zoned: zoned)
        case .list(let element): .list(element.type)
        case .structure(let members):
            members.list.isEmpty ? .string : .structure(members.list.map { Field($0.name, $0.shape.type) })
        case .choice(let shapes): Self.type(of: shapes)
        }
    }

    /// The names of the parts of which no value was seen; `name` is the shape's own.
    func undecided(_ name: String) -> [String] {
        switch self {
        case .unknown: [name]
        case .list(let element): element.undecided(name)
        case .structure(let members):
            members.list.isEmpty ? [name] : members.list.flatMap { $0.shape.undecided(name + "." + $0.name) }
        case .choice(let shapes): shapes.flatMap { $0.undecided(name) }
        default: []
        }
    }

    /// The choice between the shapes' types, each there once.
    private static func type(of shapes: [Shape]) -> DataType {
        var types: [DataType] = []
        for type in shapes.map(\.type) where !types.contains(type) { types.append(type) }
        // Whole numbers that a float changes are tried before it, whichever came first.
        if let place = types.firstIndex(of: .float64), types.contains(where: { $0.isInteger || $0.isDecimal }) {
            types.append(types.remove(at: place))
        }
        return types.count == 1 ? types[0] : .choice(types)
    }
}

/// The columns that a sample of records showed, merged over files by name; a column of a later file comes behind those of earlier ones.
package struct ShapeSample: Sendable {
    private(set) var members: [Shape.Member] = []
    private var positions: [ExactText: Int] = [:]
    /// Records that were looked at.
    package var rows = 0
    /// Whether texts stay texts, also those that look like numbers or times.
    let keepsTexts: Bool

    package init(keepsTexts: Bool = false) { self.keepsTexts = keepsTexts }

    /// Whether no column was seen so far.
    var isEmpty: Bool { members.isEmpty }

    mutating func observe(_ name: String, _ shape: Shape, keepsKinds: Bool = false) {
        if let position = positions[ExactText(name)] {
            members[position].shape.merge(shape, keepsKinds: keepsKinds)
        } else {
            positions[ExactText(name)] = members.count
            members.append(Shape.Member(name: name, shape: shape))
        }
    }

    /// Whether more values of the column cannot change its shape.
    func isText(_ name: String) -> Bool { positions[ExactText(name)].map { members[$0].shape == .text } ?? false }

    package var schema: Schema { Schema(unchecked: members.map { Field($0.name, $0.shape.type) }) }
}
