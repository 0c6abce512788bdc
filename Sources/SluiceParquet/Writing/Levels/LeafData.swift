import SluiceCore

/// One leaf of a row group, ready for its encoder: levels and values.
struct LeafData {
    /// What says which rows are null and where lists begin.
    enum Levels {
        /// A required column: nothing.
        case none
        /// A flat column: the validity of its values.
        case validity
        /// A level for each entry; `repetition` is empty where no list is on the way.
        case nested(definition: [UInt8], repetition: [UInt8])
    }

    var values = LeafValues()
    var levels = Levels.none
    var rowCount = 0

    /// - Throws: `valueDoesNotFit` for a null in a required column.
    init(_ leaf: WriterLeaf, _ columns: [Column]) throws(SluiceError) {
        values.decimalLimit = leaf.decimalLimit
        for column in columns { rowCount += column.count }
        guard leaf.isFlat else {
            var shredder = Shredder(leaf)
            for column in columns { values.append(try shredder.shred(column)) }
            levels = .nested(definition: shredder.definition, repetition: shredder.repetition)
            return
        }
        for column in columns {
            guard leaf.steps[0].isOptional || column.nullCount == 0 else { throw Self.unexpectedNull(leaf) }
            values.append(column)
        }
        levels = leaf.steps[0].isOptional ? .validity : .none
    }

    static func unexpectedNull(_ leaf: WriterLeaf) -> SluiceError {
        SluiceError(
            .valueDoesNotFit, "column \(leaf.name.quotedForMessage) has a null, and its type says that it has none",
            remedy: "fill the nulls, or make the column nullable")
    }

    /// Values, nulls and empty lists: what the level streams count.
    var entryCount: Int {
        if case .nested(let definition, _) = levels { definition.count } else { rowCount }
    }
}
