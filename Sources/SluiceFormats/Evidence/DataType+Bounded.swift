import SluiceCore

extension DataType {
    /// The type with all that is nested deeper as text, which keeps it as its JSON: types of more levels have no text that can be read
    /// back.
    func bounded(to levels: Int = EvidenceLimits.typeLevels) -> DataType {
        switch self {
        case .list, .structure, .map, .choice: levels == 0 ? .string : inner(levels - 1)
        default: self
        }
    }

    private func inner(_ levels: Int) -> DataType {
        switch self {
        case .list(let element): return .list(element.bounded(to: levels))
        case .structure(let fields):
            return .structure(fields.map { Field($0.name, $0.type.bounded(to: levels), isNullable: $0.isNullable) })
        case .map(let key, let value): return .map(key: key.bounded(to: levels), value: value.bounded(to: levels))
        case .choice(let types):
            var kept: [DataType] = []
            for type in types.map({ $0.bounded(to: levels) }) where !kept.contains(type) { kept.append(type) }
            return kept.count == 1 ? kept[0] : .choice(kept)
        default: return self
        }
    }
}
