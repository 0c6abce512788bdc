package import SluiceCatalog
import SluiceCore
package import SluicePipelines
import SluiceSaaS
import SluiceServer

/// What the catalog knows of flows, profiles and registered connectors; commands read it, too, while a server changes it.
package struct FlowBook: Sendable {
    let catalog: Catalog

    package init(_ catalog: Catalog) { self.catalog = catalog }

    /// By name.
    package func flows() throws -> [FlowRecord] { try catalog.values(FlowRecord.kind).compactMap(FlowRecord.init) }

    func profiles() throws -> [ProfileRecord] { try catalog.values(ProfileRecord.kind).compactMap(ProfileRecord.init) }

    /// - Throws: `ResourceNotFoundException`.
    func profile(_ name: String) throws -> ProfileRecord {
        guard let profile = try catalog.value(ProfileRecord.kind, name).flatMap(ProfileRecord.init) else { throw Faults.noProfile(name) }
        return profile
    }

    func registrations() throws -> [Registration] { try catalog.values(Registrations.kind).compactMap(Registration.init) }

    /// The service of a type, or of a registered connector's label.
    ///
    /// - Throws: `ValidationException`, `ResourceNotFoundException`.
    func service(_ type: String, label: String?) throws -> ConnectedService {
        let kind = try ConnectorKind.of(type)
        if let name = kind.service, let declaration = EmbeddedDeclarations.named(name) {
            return ConnectedService(kind: kind, label: nil, declaration: declaration)
        }
        guard kind.hasProfiles else { throw Faults.invalid("The connector type \(type) has no profiles and no objects.") }
        guard let label else { throw Faults.invalid("connectorLabel is required for the connector type \(type).") }
        guard let registration = try catalog.value(Registrations.kind, label).flatMap(Registration.init) else {
            throw Faults.noConnector(label)
        }
        return ConnectedService(kind: kind, label: label, declaration: try Registration.checked(registration.function))
    }

    func service(of profile: ProfileRecord) throws -> ConnectedService { try service(profile.type, label: profile.label) }

    /// The flow in the words of Sluice, with the addresses of its buckets, for people.
    ///
    /// - Throws: What is not there any more.
    package func definition(of flow: FlowRecord) throws -> DefinitionNode {
        let ends = try ends(of: flow)
        let places = FlowTranslation.Places(
            bucket: { "s3://\($0.name)" + Self.folder($0.prefix) },
            output: ends.writesBucket.map { "s3://\($0.name)\(Self.folder($0.prefix))/\(flow.name)" } ?? "",
            refused: ends.errorBucket.map { "s3://\($0.name)\(Self.folder($0.prefix))/\(flow.name)/errors" } ?? "")
        let node = try FlowTranslation(flow: flow, ends: ends, places: places).definition()
        guard let schedule = flow.schedule, case .mapping(let entries) = node.content else { return node }
        var whole = entries.map { ($0.key, $0.value) }
        var rules = [("at", DefinitionNode.plain(schedule["scheduleExpression"]?.string ?? ""))]
        if let zone = schedule["timezone"]?.string { rules.append(("timezone", .plain(zone))) }
        whole.insert(("schedule", .mapping(rules)), at: whole.count - 1)
        return .mapping(whole)
    }

    /// A prefix as the end of a path.
    static func folder(_ prefix: String) -> String { prefix.split(separator: "/").map { "/" + $0 }.joined() }
}
