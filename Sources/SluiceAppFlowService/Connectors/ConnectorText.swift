import SluiceCore
import SluiceSaaS
import SluiceServer

/// Connectors as answers describe them.
enum ConnectorText {
    private static let frequencies = ["BYMINUTE", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "ONCE"]

    /// - Parameter registration: Of a connector that somebody registered.
    static func configuration(_ kind: ConnectorKind, _ declaration: ServiceDeclaration?, _ registration: Registration?, _ call: AppFlowCall)
        -> WireValue
    {
        let writes = declaration.map { Set($0.entities.flatMap(\.takenWrites)) } ?? []
        let isWritten = kind.type == ConnectorKind.s3.type || !writes.isEmpty
        let operations = ServiceEntity.Write.allCases.filter(writes.contains).map(WriteNames.text)
        return .structure([
            "canUseAsSource": .boolean(declaration?.entities.contains(where: \.isReadable) ?? true),
            "canUseAsDestination": .boolean(isWritten),
            "supportedDestinationConnectors": .texts(ConnectorKind.all.map(\.type)),
            "supportedSchedulingFrequencies": .texts(frequencies), "isPrivateLinkEnabled": .boolean(false),
            "isPrivateLinkEndpointUrlRequired": .boolean(false), "supportedTriggerTypes": .texts(["Scheduled", "OnDemand"]),
            "connectorMetadata": registration == nil ? .object([.init(kind.member, metadata(kind))]) : nil,
            "connectorType": .text(kind.type), "connectorLabel": registration.map { .text($0.label) },
            "connectorDescription": .some(registration?.description ?? declaration?.summary), "connectorOwner": .text("Sluice"),
            "connectorName": .text(declaration?.name ?? kind.type), "connectorVersion": .text(Release.version),
            "connectorArn": registration.map { call.arn("connector/" + $0.label) }, "connectorModes": .texts(["Public"]),
            "authenticationConfig": declaration.map { authentication($0) },
            "supportedOperators": .texts(kind.operators), "supportedWriteOperations": .texts(operations),
            "connectorProvisioningType": registration.map { _ in .text("LAMBDA") },
            "connectorProvisioningConfig": registration.map { .structure(["lambda": .structure(["lambdaArn": .text($0.function)])]) },
            "registeredAt": registration.map { .time(micros: $0.micros) }, "registeredBy": registration.map { .text($0.person) },
            "supportedDataTransferTypes": .texts(["RECORD"]),
        ])
    }

    /// The short form, of listings.
    static func detail(_ kind: ConnectorKind, _ declaration: ServiceDeclaration?, _ registration: Registration?) -> WireValue {
        .structure([
            "connectorDescription": .some(registration?.description ?? declaration?.summary),
            "connectorName": .text(declaration?.name ?? kind.type), "connectorOwner": .text("Sluice"),
            "connectorVersion": .text(Release.version),
            "applicationType": .text(declaration?.name ?? kind.type), "connectorType": .text(kind.type),
            "connectorLabel": registration.map { .text($0.label) }, "registeredAt": registration.map { .time(micros: $0.micros) },
            "registeredBy": registration.map { .text($0.person) },
            "connectorProvisioningType": registration.map { _ in .text("LAMBDA") }, "connectorModes": .texts(["Public"]),
            "supportedDataTransferTypes": .texts(["RECORD"]),
        ])
    }

    private static func metadata(_ kind: ConnectorKind) -> WireValue {
        guard kind.type == "Salesforce" else { return .object([]) }
        return .structure([
            "dataTransferApis": .texts(["AUTOMATIC", "BULKV2", "REST_SYNC"]), "oauth2GrantTypesSupported": .texts(["CLIENT_CREDENTIALS"]),
        ])
    }

    /// Credentials as a map of the declaration's settings, which is how a registered connector takes them.
    private static func authentication(_ declaration: ServiceDeclaration) -> WireValue {
        let parameters = declaration.settings.map { setting in
            WireValue.structure([
                "key": .text(setting.name), "isRequired": .boolean(!setting.isOptional), "label": .text(setting.name),
                "description": .some(setting.description), "isSensitiveField": .boolean(setting.isSecret),
            ])
        }
        let names = Set(declaration.settings.map(\.name))
        return .structure([
            "isBasicAuthSupported": .boolean(names.isSuperset(of: ["user", "password"])),
            "isApiKeyAuthSupported": .boolean(names.contains("api_key")),
            "isOAuth2Supported": .boolean(names.contains("client_id") || names.contains("access_token")),
            "isCustomAuthSupported": .boolean(true),
            "customAuthConfigs": .list([
                .structure(["customAuthenticationType": .text("settings"), "authParameters": .list(parameters)])
            ]),
        ])
    }
}

/// Ways to write, as the API model calls them.
enum WriteNames {
    static func text(_ write: ServiceEntity.Write) -> String {
        switch write {
        case .create: "INSERT"
        case .update: "UPDATE"
        case .upsert: "UPSERT"
        case .delete: "DELETE"
        }
    }

    static func write(_ text: String) -> ServiceEntity.Write? { ServiceEntity.Write.allCases.first { Self.text($0) == text } }
}
