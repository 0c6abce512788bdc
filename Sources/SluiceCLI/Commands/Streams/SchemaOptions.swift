import ArgumentParser
import SluiceCore
import SluiceRegistry
import SluiceStreams

/// What a stream's records must be.
struct SchemaOptions: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("The schema that records must have, of `schema list`.", valueName: "name"), completion: NameCompletion.schemas)
    var schema: String?
    @Option(
        help: ArgumentHelp("What is done with records that do not fit: reject, dead_letter or off. Otherwise reject.", valueName: "what"),
        completion: .list(SchemaBinding.Enforcement.allCases.map(\.rawValue)))
    var enforce: SchemaBinding.Enforcement?

    /// The binding, whose schema is there.
    ///
    /// - Parameter current: What the stream has already.
    /// - Throws: `notFound` with the nearest name; `usage` for `--enforce` without a schema.
    func binding(_ session: Session, current: SchemaBinding? = nil) throws -> SchemaBinding? {
        guard let schema else {
            guard let enforce else { return nil }
            guard var binding = current else {
                throw SluiceError(.usage, "--enforce needs a schema, and the stream has none", remedy: "say --schema, too")
            }
            binding.enforcement = enforce
            return binding
        }
        let name = try SchemaName(parsing: schema)
        _ = try SchemaRegistry(try session.requireCatalog(for: "schema \(schema.quotedForMessage)")).version(nil, of: name)
        return SchemaBinding(name.description, enforce ?? current?.enforcement ?? .reject)
    }
}

extension SchemaBinding.Enforcement: ExpressibleByArgument {}
