package import SluiceCatalog
import SluiceCore

/// Writes the catalog as declarations into a folder, with as few changes to it as there can be.
///
/// A file that already says what the catalog has stays byte for byte, with its comments; one that says something else is written anew in its
/// place; what no file declares gets a file of its own. Files of what the catalog does not have are named and stay.
package struct CatalogExport: Sendable {
    /// What becomes of one file.
    package enum Action: String, Sendable { case written, changed, unchanged, unknown }

    /// One file and what it declares.
    package struct File: Sendable {
        package var action: Action
        package var path: String
        package var kind: String
        package var name: String
    }

    package let directory: String
    /// What is there now.
    private let present: [DeclaredFile]

    /// - Throws: what is wrong with the files that are there.
    package init(to directory: String, connectors: ConnectorRegistry) throws {
        self.directory = directory
        present = DiskFiles.kind(of: directory) == nil ? [] : try CatalogFolder.load(directory, connectors: connectors)
    }

    /// Writes what differs.
    ///
    /// - Parameter database: Only this one and its tables; nil: everything.
    /// - Returns: All files, by path.
    package func run(_ catalog: Catalog, database: String? = nil) throws -> [File] {
        var files: [File] = []
        let databases = try database.map { [try catalog.database($0)] } ?? catalog.databases()
        for record in databases {
            files.append(
                try write(.init(kind: "database", name: record.name, text: CatalogText.yaml(record)), "databases/\(record.name)", catalog))
            for table in try catalog.tables(in: record.name) {
                let definition = try catalog.table(table.name).definition
                let kind = definition.isView ? "view" : "table"
                let place = "databases/\(record.name)/\(table.name.table)"
                files.append(
                    try write(.init(kind: kind, name: table.name.description, text: CatalogText.yaml(definition)), place, catalog))
            }
        }
        if database == nil {
            for schema in try catalog.schemas(in: nil) {
                let versions = try catalog.schemaVersions(of: schema.name, in: schema.registry)
                guard let latest = versions.last(where: \.isAvailable) else { continue }
                let item = OtherDeclaration(
                    kind: "schema", name: "\(schema.registry)/\(schema.name)", text: CatalogText.yaml(schema, latest))
                files.append(
                    try write(item, "schemas/\(Self.fileName(schema.registry))/\(Self.fileName(schema.name))", catalog))
            }
            for other in try catalog.otherDeclarations() {
                files.append(try write(other, "\(other.kind)/\(Self.fileName(other.name))", catalog))
            }
            let known = Set(files.map(\.path))
            files += present.filter { !known.contains($0.path) }.map {
                File(action: .unknown, path: $0.path, kind: $0.declaration.kind, name: $0.declaration.name)
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    private func write(_ item: OtherDeclaration, _ place: String, _ catalog: Catalog) throws -> File {
        if let file = present.first(where: { $0.declaration.kind == item.kind && $0.declaration.name == item.name }) {
            let isSame = try catalog.has(file.declaration)
            if !isSame { try DiskFiles.writeAtomically(item.text.utf8, to: file.path) }
            return File(action: isSame ? .unchanged : .changed, path: file.path, kind: item.kind, name: item.name)
        }
        var path = "\(directory)/\(place).yaml"
        var number = 2
        while DiskFiles.kind(of: path) != nil {
            path = "\(directory)/\(place)-\(number).yaml"
            number += 1
        }
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        try DiskFiles.writeAtomically(item.text.utf8, to: path)
        return File(action: .written, path: path, kind: item.kind, name: item.name)
    }

    /// A name for a file: other signs than letters, digits, `_`, `-` and `.` become `_`.
    private static func fileName(_ name: String) -> String {
        let safe = name.unicodeScalars.map { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-.".unicodeScalars.contains(scalar)
                ? Character(scalar) : "_"
        }
        return safe.first == "." ? "_" + String(safe.dropFirst()) : String(safe)
    }
}
