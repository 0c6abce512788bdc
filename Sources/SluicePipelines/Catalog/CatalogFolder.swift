package import SluiceCatalog
import SluiceCore

/// A file of declarations, and what it declares.
package struct DeclaredFile: Sendable {
    package let path: String
    package let text: String
    package let declaration: CatalogDeclaration
}

/// Reads a folder of declarations: every YAML file below it declares one thing, named by its first key.
package enum CatalogFolder {
    /// Kinds whose files are kept as they are; who uses them reads them.
    static let keptKinds = ["quality", "crawler", "classifier", "connection", "function", "job", "calendar", "pool"]
    static let kinds = ["database", "table", "view", "schema"] + keptKinds

    /// The declarations of a folder, by path.
    ///
    /// - Throws: `fileNotFound`; `DefinitionErrors` with everything that is wrong with the files, placed.
    package static func load(_ directory: String, connectors: ConnectorRegistry) throws -> [DeclaredFile] {
        guard DiskFiles.kind(of: directory) == .directory else {
            throw SluiceError(
                .fileNotFound, "there is no folder of declarations \(directory.quotedForMessage)", at: .file(path: directory),
                remedy: "`catalog export` makes one, or name another folder")
        }
        var errors: [SluiceError] = []
        var found: [DeclaredFile] = []
        var places: [[String]: String] = [:]
        for path in try DeclarationFiles.paths(below: directory) {
            do {
                let file = try read(path, connectors: connectors)
                if let other = places.updateValue(path, forKey: [file.declaration.kind, file.declaration.name]) {
                    throw SluiceError(
                        .alreadyExists, "\(file.declaration.kind) \(file.declaration.name.quotedForMessage) is declared in \(other), too",
                        at: .file(path: path), remedy: "leave one of them out")
                }
                found.append(file)
            } catch {
                guard let more = DefinitionErrors.list(error) else { throw error }
                errors += more.prefix(DefinitionLimits.errors - errors.count)
            }
        }
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        return found
    }

    private static func read(_ path: String, connectors: ConnectorRegistry) throws -> DeclaredFile {
        let text = try DefinitionFile.read(path)
        let root = try YAMLReader.read(DefinitionDocument(path: path, text: text))
        let entries = try root.mapping()
        guard
            let kind = kinds.first(where: { kind in kind == "quality" && root[key: kind] != nil && root[key: "job"] == nil })
                ?? entries.first?.key,
            kinds.contains(kind)
        else {
            throw SluiceError(
                .unknownKey, "the file declares nothing: its first key is \((entries.first?.key ?? "").quotedForMessage)",
                at: entries.first?.keyLocation ?? .file(path: path),
                remedy: "begin it with one of " + kinds.map { "\($0):" }.joined(separator: ", "))
        }
        let declaration: CatalogDeclaration
        switch kind {
        case "database": declaration = .database(try DatabaseDeclaration(from: root, connectors: connectors))
        case "table", "view": declaration = .table(try TableDeclaration(from: root, kind: kind, connectors: connectors))
        case "schema":
            declaration = .schema(
                try SchemaDeclaration(from: root, directory: DefinitionFile.directory(of: path), connectors: connectors))
        default:
            if kind == "quality" {
                _ = try RuleSetDefinition(from: root, directory: DefinitionFile.directory(of: path), connectors: connectors)
            }
            declaration = .other(OtherDeclaration(kind: kind, name: try root.require(kind).string(), text: text))
        }
        return DeclaredFile(path: path, text: text, declaration: declaration)
    }
}
