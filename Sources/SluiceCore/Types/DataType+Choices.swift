extension DataType {
    /// The type as files have it whose format knows no choices, such as Parquet: with structs in their place, of which one member is not null.
    package var withoutChoices: DataType {
        switch self {
        case .choice(let alternatives): .structure(alternatives.map { Field($0.description, $0.withoutChoices) })
        case .list(let element): .list(element.withoutChoices)
        case .map(let key, let value): .map(key: key.withoutChoices, value: value.withoutChoices)
        case .structure(let fields):
            .structure(fields.map { Field($0.name, $0.type.withoutChoices, isNullable: $0.isNullable) })
        default: self
        }
    }

    /// The type of values of either: one of the two, or a choice. Nil where there are too many to choose from.
    package func joined(with other: DataType) -> DataType? {
        var alternatives: [DataType] = []
        for type in alternativesOrSelf + other.alternativesOrSelf where type != .null && !alternatives.contains(type) {
            alternatives.append(type)
        }
        switch alternatives.count {
        case 0: return .null
        case 1: return alternatives[0]
        case ...Self.maximumAlternatives: return .choice(alternatives)
        default: return nil
        }
    }

    private var alternativesOrSelf: [DataType] { if case .choice(let alternatives) = self { alternatives } else { [self] } }
}
