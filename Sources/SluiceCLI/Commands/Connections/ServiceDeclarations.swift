import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSaaS

/// Finds the declaration of a service.
enum ServiceDeclarations {
    /// Whether a connector's name is that of a file that declares it.
    static func isFile(_ name: String) -> Bool {
        EmbeddedDeclarations.named(name) == nil && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
    }

    /// That of a connection's service.
    ///
    /// - Parameter file: In place of the one that the connection was made with.
    /// - Throws: as `named`; `notFound` where nobody says which file it is.
    static func of(_ connection: StoredConnection, file: String?) throws -> ServiceDeclaration {
        if let file = file ?? connection.declaration { return try named(file) }
        do {
            return try named(connection.connector)
        } catch var error as SluiceError where error.code == .notFound {
            let name = connection.connector
            error.remedy = "if a file declares \(name), name it with --declaration, or add the connection again with the file"
            throw error
        }
    }

    /// One that comes with the program, or that of a file.
    ///
    /// - Throws: `notFound` with the nearest name; what is wrong with the file.
    static func named(_ name: String) throws -> ServiceDeclaration {
        if let found = EmbeddedDeclarations.named(name) { return found }
        if isFile(name) { return try ServiceDeclaration(DeclarationFiles.read(path: name)) }
        throw SluiceError(
            .notFound, "there is no connector to a service \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: EmbeddedDeclarations.names, noun: "there are"))
    }
}
