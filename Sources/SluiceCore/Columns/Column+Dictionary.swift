extension Column {
    /// Whether no buffer, also of nested columns, is a dictionary's.
    public var isFlat: Bool {
        switch storage {
        case .null, .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal, .bytes: true
        case .dictionary: false
        case .list(_, let values): values.isFlat
        case .map(_, let keys, let values): keys.isFlat && values.isFlat
        case .structure(let columns, _): columns.allSatisfy(\.isFlat)
        case .choice(_, let alternatives): alternatives.allSatisfy(\.isFlat)
        }
    }

    /// The same values without dictionaries: what readers of buffers work on.
    ///
    /// - Complexity: O(1) for a flat column that is not nested; otherwise O(bytes of the dictionary columns).
    public var flattened: Column {
        if isFlat { return self }
        return Column(type, storage.flattened, validity: validity)
    }
}

extension Column.Storage {
    fileprivate var flattened: Self {
        switch self {
        case .dictionary(let codes, let values): .bytes(values.gather(codes))
        case .list(let offsets, let values): .list(offsets: offsets, values: values.flattened)
        case .map(let offsets, let keys, let values): .map(offsets: offsets, keys: keys.flattened, values: values.flattened)
        case .structure(let columns, let count): .structure(columns.map(\.flattened), count: count)
        case .choice(let tags, let alternatives): .choice(tags: tags, alternatives: alternatives.map(\.flattened))
        default: self
        }
    }
}
