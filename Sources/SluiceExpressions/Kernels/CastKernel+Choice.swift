import SluiceCore

/// Casts from and to choices.
enum ChoiceCasts {
    /// Each row cast from the alternative that it came in; rows whose alternative has no such cast fail.
    static func resolved(_ column: Column, to type: DataType, _ failures: inout Failures) -> Column {
        guard case .choice(let tags, let alternatives) = column.storage else { preconditionFailure("\(column.type) is no choice") }
        var chooser = Chooser(type, rowCount: column.count)
        for (index, alternative) in alternatives.enumerated() {
            let rows = ComparisonKernel.packed(tags.count) { Int(tags[$0]) == index } & column.explicitValidity
            if rows.noneSet { continue }
            guard alternative.type.casts(to: type) else {
                rows.forEachSet { CastKernel.refuse(column, $0, type, &failures) }
                continue
            }
            chooser.choose(Vector(column: CastKernel.convert(alternative.masked(rows), to: type, &failures)), for: rows)
        }
        return chooser.finish()
    }

    /// The column as a choice that has its type, or all its alternatives.
    static func widened(_ column: Column, to types: [DataType]) -> Column {
        var tags = [UInt8](repeating: UInt8(types.firstIndex(of: column.type) ?? 0), count: column.count)
        var own = [column.type: column]
        if case .choice(let ownTypes) = column.type, case .choice(let ownTags, let alternatives) = column.storage {
            let places = ownTypes.map { UInt8(types.firstIndex(of: $0) ?? 0) }
            tags = ownTags.map { places[Int($0)] }
            own = Dictionary(uniqueKeysWithValues: zip(ownTypes, alternatives))
        }
        let alternatives = types.map { own[$0] ?? .nulls($0, count: column.count) }
        return Column(.choice(types), .choice(tags: tags, alternatives: alternatives), validity: column.validity)
    }

    /// What to do about a choice where one type is needed.
    static let remedy = "say which type is meant: CAST(… AS int64), or TRY_CAST(… AS int64) for null where a value came in another type"
}
