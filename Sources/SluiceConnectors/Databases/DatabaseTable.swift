import SluiceCatalog
import SluiceCore
import SluicePipelines

/// A table of a database as `DatabaseSink` sees it.
protocol DatabaseTable: Sendable {
    /// The connector's name.
    var connector: String { get }
    /// As messages name it: `table orders of shop.db`.
    var name: String { get }
    /// Tells the table from every other in the world.
    var identity: String { get }

    /// What is written where.
    ///
    /// - Throws: `schemaMismatch`; what looking at the table throws.
    func target(for schema: Schema, _ write: DatabaseWrite) throws(SluiceError) -> TargetColumns

    /// The table's columns, with the types that rows like those of `rows` can have there; nil where it is not there.
    func columns(for rows: Schema) throws(SluiceError) -> Schema?

    func encoder(_ target: TargetColumns, _ write: DatabaseWrite) -> any RowEncoder

    /// All that is needed to find the table again and to write rows of the encoder to it, without secrets.
    func settings(_ target: TargetColumns, _ write: DatabaseWrite) throws(SluiceError) -> String

    /// Writes a publication's rows in a transaction that is undone, for a table that may refuse some.
    ///
    /// - Throws: `databaseConstraint`, and whatever else would keep the rows out.
    func rehearse(_ publication: Publication, settings: String) throws(SluiceError)

    /// Whether a source reads the table.
    func isRead(by source: any Source) -> Bool
}

/// Makes of rows what a database takes, each by itself.
protocol RowEncoder: Sendable {
    /// - Throws: for a row that no table of the kind can hold.
    func encode(_ batch: Batch) throws(SluiceError) -> ByteRows
}
