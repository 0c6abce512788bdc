import SluiceCatalog
import SluiceCore
import SluicePipelines

/// Contracts of sinks that have no schema of their own: what rows are compared with, the definition says.
enum ContractOptions {
    /// Nil where the definition has none.
    ///
    /// - Throws: `notFound` for a table that is not there, and what reading its name throws, placed.
    static func contract(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) -> SinkContract? {
        guard let contract = try SchemaContract.read(options), let parts = options.nested("contract") else { return nil }
        let location = parts.location(of: "schema")
        let node = try parts.require("schema")
        guard !node.isMapping else {
            var fields: [Field] = []
            for column in try parts.columnTypes("schema") { fields.append(Field(column.name, column.type)) }
            return SinkContract(contract, table: "the contract's schema", schema: try Schema(fields), location: location)
        }
        do throws(SluiceError) {
            let name = try TableName(parsing: try node.string())
            let schema = try context.requireCatalog().table(name).definition.schema()
            return SinkContract(contract, table: "table \(name)", schema: schema, location: location)
        } catch {
            throw error.located(at: location)
        }
    }
}
