package import SluiceCatalog
package import SluiceCore
package import SluiceRegistry

extension SchemaDeclaration {
    /// Reads a file that begins with `schema`.
    ///
    /// - Parameter directory: Where a file that it names is looked for.
    /// - Throws: everything that is wrong with it, placed.
    init(from root: DefinitionNode, directory: String, connectors: ConnectorRegistry) throws {
        let errors = ValueShape.object(DeclarationKeys.schema).errors(in: root, connectors: connectors)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        let node = try root.require("schema")
        let name = try Self.located(node) { () throws(SluiceError) in try SchemaName(parsing: try node.string()) }
        let format = try root.require("format")
        let language = try Self.located(format) { () throws(SluiceError) in try SchemaFormat(parsing: try format.string()) }
        let (text, place) = try Self.text(root, node, directory)
        let document: SchemaDocument
        do throws(SluiceError) {
            document = try SchemaDocument(parsing: text, language)
        } catch {
            throw error.located(at: place)
        }
        var random = SystemRandomNumberGenerator()
        self.init(
            registry: name.registry, name: name.name, place: node.location, format: language.rawValue, definition: text,
            identity: document.identity, versionID: SchemaVersionID(using: &random).text)
        if let mode = root[key: "compatibility"] {
            compatibility = try Self.located(mode) { () throws(SluiceError) in try CompatibilityMode(parsing: try mode.string()).rawValue }
        }
        description = try root[key: "description"]?.string()
    }

    /// The schema's text, and where it stands.
    private static func text(_ root: DefinitionNode, _ node: DefinitionNode, _ directory: String) throws -> (String, SourceLocation?) {
        switch (root[key: "definition"], root[key: "file"]) {
        case (let definition?, nil): return (try definition.string(), definition.location)
        case (nil, let file?):
            let name = try file.string()
            let path = name.hasPrefix("/") || directory.isEmpty ? name : "\(directory)/\(name)"
            return (String(decoding: try DiskFiles.read(path), as: UTF8.self), .file(path: path))
        default:
            throw SluiceError(
                .missingKey, "a schema has its text under \"definition\" or in the file that \"file\" names, one of both",
                at: node.location,
                remedy: "write definition: |- with the text, or file: name.avsc")
        }
    }

    private static func located<Result>(_ node: DefinitionNode, _ body: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        do throws(SluiceError) {
            return try body()
        } catch {
            throw error.located(at: node.location)
        }
    }
}

extension SchemaRegistry {
    /// Judges what declarations say.
    package func judgeDeclared(
        _ declaration: SchemaDeclaration, _ schema: StoredSchema, _ versions: [StoredSchemaVersion]
    ) throws(SluiceError) {
        let document = try SchemaDocument(parsing: declaration.definition, try SchemaFormat(parsing: declaration.format))
        try judge(document, schema, versions)
    }
}
