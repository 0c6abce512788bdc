import SluiceCore
import SluicePipelines
import SluiceSaaS

/// Finds the declaration of a service.
enum ServiceDeclarations {
    /// One that comes with the program, or that of a file.
    ///
    /// - Throws: `notFound` with the nearest name; what is wrong with the file.
    static func named(_ name: String) throws -> ServiceDeclaration {
        if let found = EmbeddedDeclarations.named(name) { return found }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try ServiceDeclaration(DeclarationFiles.read(path: name)) }
        throw SluiceError(
            .notFound, "there is no connector to a service \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: EmbeddedDeclarations.names, noun: "there are"))
    }
}
