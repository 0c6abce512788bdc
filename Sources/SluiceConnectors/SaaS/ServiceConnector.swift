import SluiceCatalog
import SluiceCore
package import SluicePipelines
package import SluiceSaaS

/// A service over HTTP that a declaration of Sluice describes.
package struct ServiceConnector: Connector {
    package let name: String
    private let read: @Sendable () -> ServiceDeclaration

    /// One for each declaration that comes with Sluice.
    package static var embedded: [any Connector] { EmbeddedDeclarations.names.map { Self(embedded: $0) } }

    private init(embedded name: String) {
        self.name = name
        read = {
            guard let declaration = EmbeddedDeclarations.named(name) else { preconditionFailure("there is no declaration of \(name)") }
            return declaration
        }
    }

    package var declaration: ServiceDeclaration { read() }

    package var manual: ConnectorManual {
        let declaration = declaration
        let readable = declaration.entities.filter(\.isReadable).map(\.name)
        let writable = declaration.entities.filter { !$0.takenWrites.isEmpty }.map(\.name)
        return ConnectorManual(
            name: declaration.name, summary: declaration.summary,
            sourceOptions: [
                OptionSpecification(declaration.name, .enumeration(readable), isRequired: true, "What to read.", examples: [readable[0]]),
                ServiceOptions.connection, ServiceOptions.from, ServiceOptions.lag, ServiceOptions.columns, ServiceOptions.newFields,
                ServiceOptions.slice,
            ] + (declaration.entities.contains { $0.job != nil } ? [ServiceOptions.bulk] : []),
            sinkOptions: writable.isEmpty
                ? []
                : [
                    OptionSpecification(
                        declaration.name, .enumeration(writable), isRequired: true, "What to write.", examples: [writable[0]]),
                    ServiceOptions.connection, ServiceOptions.mode, ServiceOptions.errors, WrittenTexts.specification,
                    SchemaContract.declaring,
                ] + (declaration.entities.contains { $0.load != nil } ? [ServiceOptions.bulk, ServiceOptions.key] : []))
    }

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let name = try options.require(declaration.name).string()
        let entity = try ServiceOptions.entity(name, options, declaration, at: declaration.name)
        return try await ServiceSource.opened(session(options, context), entity, options, context)
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let name = try options.require(declaration.name).string()
        let entity = try ServiceOptions.entity(name, options, declaration, at: declaration.name)
        let session = try session(options, context)
        return try await ServiceSink(session, session.following(entity), options, context)
    }

    package func entity(_ options: OptionValues, in directory: String) throws -> EntityManual? {
        guard let name = try options.string(declaration.name) else { return nil }
        return try ServiceOptions.entity(name, options, declaration, at: declaration.name).manual
    }

    private func session(_ options: OptionValues, _ context: ConnectorContext) throws(SluiceError) -> ServiceSession {
        let catalog = try context.requireCatalog()
        do throws(SluiceError) {
            return try ConnectionStore(catalog).session(try options.require("connection").string(), of: declaration)
        } catch {
            throw error.located(at: options.location(of: "connection"))
        }
    }
}

/// Services that a file of the user declares.
package struct DeclaredServiceConnector: Connector {
    private static let name = "http"

    package init() {}

    package var manual: ConnectorManual {
        let declaration = OptionSpecification(
            Self.name, .string, isRequired: true, "The file that declares the service, relative to the definition.", examples: ["crm.yaml"])
        let entity = OptionSpecification("entity", .string, isRequired: true, "Which of its entities.", examples: ["contacts"])
        return ConnectorManual(
            name: Self.name, summary: "Any HTTP API that a file of YAML describes: addresses, logins, pages, limits.",
            sourceOptions: [
                declaration, entity, ServiceOptions.connection, ServiceOptions.from, ServiceOptions.lag, ServiceOptions.columns,
                ServiceOptions.newFields, ServiceOptions.slice, ServiceOptions.bulk,
            ],
            sinkOptions: [
                declaration, entity, ServiceOptions.connection, ServiceOptions.mode, ServiceOptions.errors, ServiceOptions.bulk,
                ServiceOptions.key, WrittenTexts.specification, SchemaContract.declaring,
            ])
    }

    package func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        let (entity, session) = try opened(options, context)
        return try await ServiceSource.opened(session, entity, options, context)
    }

    package func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let (entity, session) = try opened(options, context)
        return try ServiceSink(session, entity, options, context)
    }

    package func entity(_ options: OptionValues, in directory: String) throws -> EntityManual? {
        guard options.has(Self.name), options.has("entity") else { return nil }
        return try declared(options, in: directory).entity.manual
    }

    private func declared(_ options: OptionValues, in directory: String) throws -> (declaration: ServiceDeclaration, entity: ServiceEntity)
    {
        let path = DatasetName.absolute(try options.require(Self.name).string(), in: directory)
        let declaration = try ServiceDeclaration(DeclarationFiles.read(path: path))
        return (declaration, try ServiceOptions.entity(try options.require("entity").string(), options, declaration, at: "entity"))
    }

    private func opened(_ options: OptionValues, _ context: ConnectorContext) throws -> (ServiceEntity, ServiceSession) {
        let (declaration, entity) = try declared(options, in: context.directory)
        let catalog = try context.requireCatalog()
        let session = try ConnectionStore(catalog).session(try options.require("connection").string(), of: declaration)
        return (entity, session)
    }
}
