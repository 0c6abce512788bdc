import SluiceCore
import SluiceHTTP
import SluiceSaaS
import SluiceServer

/// What objects a connector has, and what fields they have.
enum Entities {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("ListConnectorEntities", "POST", "/list-connector-entities") { call in
            var input = try call.input()
            let profile = try input.text("connectorProfileName", Rules.profileName)
            let type = try input.text("connectorType", Rules.connectorType)
            let path = try input.text("entitiesPath", Rules.entitiesPath)
            _ = try input.text("apiVersion", Rules.apiVersion)
            let limit = try input.integer("maxResults", 1...10_000) ?? 10_000
            let last = try ListToken.last(&input, "entities")
            try input.finish()
            let service = try find(profile, type, call).service
            if let path, !path.isEmpty, path != group { throw Faults.missing("There are no objects below \(path).") }
            let (page, token) = PageToken.page(
                service.declaration.entities.sorted { $0.name < $1.name }, after: last, limit: limit, "entities", name: \.name)
            let entities = page.map { entity in
                WireValue.structure([
                    "name": .text(entity.name), "label": .text(entity.name), "hasNestedEntities": .boolean(false),
                ])
            }
            return .structure(["connectorEntityMap": .object([.init(group, .list(entities))]), "nextToken": token])
        },
        AppFlowOperation("DescribeConnectorEntity", "POST", "/describe-connector-entity") { call in
            var input = try call.input()
            let name = try input.requiredText("connectorEntityName", Rules.entity)
            let type = try input.text("connectorType", Rules.connectorType)
            let profile = try input.text("connectorProfileName", Rules.profileName)
            _ = try input.text("apiVersion", Rules.apiVersion)
            try input.finish()
            let (service, record) = try find(profile, type, call)
            var entity = try service.entity(name)
            if let record {
                do {
                    entity = try await call.context.entities.entity(entity, of: record, service, call.context)
                } catch let error as SluiceError {
                    throw error.code == .noCredentials || error.code == .accessDenied
                        ? Faults.authentication(FlowRun.message(error)) : Faults.connector(FlowRun.message(error))
                }
            }
            let fields = entity.fields.map { EntityText.field($0, of: entity, operators: service.kind.operators) }
            return .structure(["connectorEntityFields": .list(fields)])
        },
        AppFlowOperation("ResetConnectorMetadataCache", "POST", "/reset-connector-metadata-cache") { call in
            var input = try call.input()
            let profile = try input.text("connectorProfileName", Rules.profileName)
            let type = try input.text("connectorType", Rules.connectorType)
            let name = try input.text("connectorEntityName", Rules.entity)
            _ = try input.text("entitiesPath", Rules.entitiesPath)
            _ = try input.text("apiVersion", Rules.apiVersion)
            try input.finish()
            guard profile != nil || type != nil else { throw Faults.invalid("connectorProfileName or connectorType is required.") }
            let (service, _) = try find(profile, type, call)
            let entity = try name.map { try service.entity($0).name }
            let meant = try call.context.profiles().filter { profile == nil ? $0.type == type : $0.name == profile }.map(\.name)
            call.context.entities.forget { meant.contains($0.profile) && (entity == nil || $0.entity == entity) }
            return .object([])
        },
    ]

    /// What objects stand under, and the only path there is.
    private static let group = "Objects"

    /// The service of a profile, or of a type.
    private static func find(_ profile: String?, _ type: String?, _ call: AppFlowCall) throws -> (
        service: ConnectedService, profile: ProfileRecord?
    ) {
        guard let profile else {
            guard let type else { throw Faults.invalid("connectorProfileName or connectorType is required.") }
            return (try call.context.service(type, label: nil), nil)
        }
        let record = try call.context.profile(profile)
        if let type, type != record.type {
            throw Faults.invalid("The connector profile \(profile) is of the type \(record.type), and not \(type).")
        }
        return (try call.context.service(of: record), record)
    }
}
