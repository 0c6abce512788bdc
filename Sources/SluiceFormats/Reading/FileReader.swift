package import SluiceCore

/// What is wanted of a file.
package struct ReadRequest: Sendable {
    /// The wanted columns only; their types are checked against every value.
    package var schema: Schema
    package var missing: MissingColumns
    /// Rows that do not fulfil it may be left out before they are decoded whole; its columns are among the wanted ones.
    package var condition: (any RowCondition)?
    /// Whether batches carry the records' bytes in their origin.
    package var keepsRaw: Bool
    /// Members beyond these are told of; nil: none is.
    package var known: KnownMembers?

    package init(_ schema: Schema, missing: MissingColumns = .null, condition: (any RowCondition)? = nil, keepsRaw: Bool = true) {
        self.schema = schema
        self.missing = missing
        self.condition = condition
        self.keepsRaw = keepsRaw
    }
}

/// Goes through one file from start to end and cuts it into pieces that any task can decode.
package protocol FileReader: Sendable {
    /// The next piece, in file order; cheap beside decoding it. Nil at the end.
    ///
    /// - Throws: what the source throws, after the whole pieces before the failure were returned.
    mutating func next() throws(SluiceError) -> (any FilePiece)?
}

/// A piece of a file: some thousand records, a row group.
package protocol FilePiece: Sendable {
    /// The next rows of the piece, in order; nil at its end.
    mutating func next() throws(SluiceError) -> DecodedBatch?
}
