package import SluiceCore

/// A file's schema as a tree of columns, with the levels that the records' shredding needs.
///
/// Definition and repetition levels: parquet-format, README.md ("Nested Encoding"), after Dremel. A level is counted over the optional and the
/// repeated nodes, or the repeated ones only, on the way from the root.
package struct ParquetSchema: Sendable {
    /// As they are in the footer; the first is the root.
    package let elements: [SchemaElement]
    /// The columns of the table.
    package let columns: [ParquetNode]
    /// The leaves in the order of the row groups' column chunks.
    package let leaves: [ParquetLeaf]
    package let schema: Schema

    /// The tree of a footer's elements.
    ///
    /// - Throws: `corruptFile` when they are no tree; `limitExceeded`; `typeError` for a type that Sluice has no counterpart of (decimals of
    ///   more than 38 digits); `duplicateColumn`.
    package init(_ elements: [SchemaElement], nanoseconds: NanosecondReading = .reject) throws(SluiceError) {
        var builder = SchemaTreeBuilder(elements, nanoseconds: nanoseconds)
        let columns = try builder.columns()
        self.elements = elements
        self.columns = columns
        leaves = builder.leaves
        guard columns.count <= CoreLimits.columns else {
            throw SluiceError(.limitExceeded, "the file has \(columns.count) columns; \(CoreLimits.columns) are allowed")
        }
        schema = try Schema(columns.map { Field($0.name, $0.type, isNullable: $0.isNullable) })
    }
}

/// A column, or a member of a nested one.
package struct ParquetNode: Sendable {
    /// What a node is made of.
    package indirect enum Content: Sendable {
        /// The leaf's position in `ParquetSchema.leaves`.
        case leaf(Int)
        case structure([ParquetNode])
        case list(ParquetNode)
        case map(key: ParquetNode, value: ParquetNode)
    }

    package let name: String
    package let type: DataType
    package let isNullable: Bool
    /// Entries with this definition level or a higher one are not null here.
    package let definitionLevel: Int
    /// Repeated nodes above: entries with a repetition level up to this one begin a new value here.
    package let repetitionLevel: Int
    /// The definition level of the nearest repeated node above (0 without one): entries below it have no value here, not even a null.
    package let slotLevel: Int
    package let content: Content

    /// The first leaf below, whose levels tell the shape of this node.
    package var firstLeaf: Int {
        switch content {
        case .leaf(let index): index
        case .structure(let members): members[0].firstLeaf
        case .list(let element): element.firstLeaf
        case .map(let key, _): key.firstLeaf
        }
    }

    /// All leaves below, ascending.
    package var leaves: [Int] {
        switch content {
        case .leaf(let index): [index]
        case .structure(let members): members.flatMap(\.leaves)
        case .list(let element): element.leaves
        case .map(let key, let value): key.leaves + value.leaves
        }
    }

    /// Whether the node is a leaf that is not part of a list or struct: the only columns that conditions can skip by.
    package var isFlat: Bool {
        if case .leaf = content { true } else { false }
    }
}

/// A column of values in the file.
package struct ParquetLeaf: Sendable {
    /// The position among the column chunks of a row group.
    package let index: Int
    /// Names from below the root down.
    package let path: [String]
    package let element: SchemaElement
    /// How stored values become those of `type`.
    package let kind: LeafKind
    package let type: DataType
    /// The level of a value that is there.
    package let maximumDefinitionLevel: Int
    package let maximumRepetitionLevel: Int
    /// By repetition level: the definition level of that repeated node, from which on its list has an element. Entry 0 is 0.
    package let repeatedLevels: [Int]

    /// The path as messages show it.
    package var name: String { path.joined(separator: ".") }

    /// Whether the leaf is part of a struct, list or map.
    package var isNested: Bool { path.count > 1 || maximumRepetitionLevel > 0 }

    package var physicalType: PhysicalType { element.type ?? .byteArray }
}
