import SluiceSaaS
import SluiceServer

/// Connectors that the port has, and those that clients registered.
enum Connectors {
    static let operations: [AppFlowOperation] = [
        AppFlowOperation("DescribeConnector", "POST", "/describe-connector") { call in
            var input = try call.input()
            let type = try input.requiredText("connectorType", Rules.connectorType)
            let label = try input.text("connectorLabel", Rules.label)
            try input.finish()
            let kind = try ConnectorKind.of(type)
            guard kind.hasProfiles else {
                return .structure(["connectorConfiguration": ConnectorText.configuration(kind, nil, nil, call)])
            }
            let service = try call.context.service(type, label: label)
            let registration = try call.context.registrations().first { $0.label == service.label }
            return .structure([
                "connectorConfiguration": ConnectorText.configuration(kind, service.declaration, registration, call)
            ])
        },
        AppFlowOperation("DescribeConnectors", "POST", "/describe-connectors") { call in
            var input = try call.input()
            let types = try input.texts("connectorTypes", count: 0...100, Rules.connectorType) ?? []
            let limit = try input.integer("maxResults", 1...100) ?? AppFlowLimits.page
            let last = try ListToken.last(&input, "connectors")
            try input.finish()
            for type in types { _ = try ConnectorKind.of(type) }
            let meant = ConnectorKind.all.filter { types.isEmpty || types.contains($0.type) }
            let configurations = meant.filter { $0.type != ConnectorKind.custom.type }.map { kind in
                WireValue.Member(kind.type, ConnectorText.configuration(kind, declaration(kind), nil, call))
            }
            let listed = try list(call).filter { types.isEmpty || types.contains($0.kind.type) }
            let (page, token) = PageToken.page(listed, after: last, limit: limit, "connectors", name: \.name)
            return .structure([
                "connectorConfigurations": .object(configurations), "connectors": .list(page.map(\.detail)), "nextToken": token,
            ])
        },
        AppFlowOperation("ListConnectors", "POST", "/list-connectors") { call in
            var input = try call.input()
            let limit = try input.integer("maxResults", 1...100) ?? AppFlowLimits.page
            let last = try ListToken.last(&input, "connectors")
            try input.finish()
            let (page, token) = PageToken.page(try list(call), after: last, limit: limit, "connectors", name: \.name)
            return .structure(["connectors": .list(page.map(\.detail)), "nextToken": token])
        },
    ]

    private struct Listed {
        var kind: ConnectorKind
        var name: String
        var detail: WireValue
    }

    private static func declaration(_ kind: ConnectorKind) -> ServiceDeclaration? { kind.service.flatMap(EmbeddedDeclarations.named) }

    /// By type, and by label behind it.
    private static func list(_ call: AppFlowCall) throws -> [Listed] {
        let own = ConnectorKind.all.filter { $0.type != ConnectorKind.custom.type }.map { kind in
            Listed(kind: kind, name: kind.type, detail: ConnectorText.detail(kind, declaration(kind), nil))
        }
        let registered = try call.context.registrations().map { registration in
            Listed(
                kind: .custom, name: "CustomConnector/" + registration.label,
                detail: ConnectorText.detail(.custom, Registration.service(of: registration.function), registration))
        }
        return (own + registered).sorted { $0.name < $1.name }
    }
}
