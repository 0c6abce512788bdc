import SluiceServer

/// A connector profile: what clients are told of a connection. Its credentials are in the connection alone.
struct ProfileRecord: Sendable {
    static let kind = "appflow-profile"

    var name: String
    var type: String
    var label: String?
    var mode: String
    /// `connectorProfileProperties`
    var properties: WireValue
    var createdMicros: Int64
    var updatedMicros: Int64
    var clientToken: String?

    init(
        name: String, type: String, label: String?, mode: String, properties: WireValue, createdMicros: Int64, updatedMicros: Int64,
        clientToken: String?
    ) {
        self.name = name
        self.type = type
        self.label = label
        self.mode = mode
        self.properties = properties
        self.createdMicros = createdMicros
        self.updatedMicros = updatedMicros
        self.clientToken = clientToken
    }

    init?(_ value: WireValue) {
        guard let name = value["name"]?.string, let type = value["type"]?.string, let created = value["created"]?.whole,
            let updated = value["updated"]?.whole
        else { return nil }
        self.init(
            name: name, type: type, label: value["label"]?.string, mode: value["mode"]?.string ?? "Public",
            properties: value["properties"] ?? .object([]), createdMicros: created, updatedMicros: updated,
            clientToken: value["clientToken"]?.string)
    }

    var value: WireValue {
        .structure([
            "name": .text(name), "type": .text(type), "label": .some(label), "mode": .text(mode), "properties": properties,
            "created": .integer(createdMicros), "updated": .integer(updatedMicros), "clientToken": .some(clientToken),
        ])
    }

    /// As answers have it.
    func described(_ call: AppFlowCall) -> WireValue {
        .structure([
            "connectorProfileArn": call.arn("connectorprofile/" + name), "connectorProfileName": .text(name), "connectorType": .text(type),
            "connectorLabel": .some(label), "connectionMode": .text(mode),
            "credentialsArn": .text(
                "arn:aws:secretsmanager:\(call.caller.region):\(call.context.account):secret:appflow!\(call.context.account)-\(name)"),
            "connectorProfileProperties": properties, "createdAt": .time(micros: createdMicros),
            "lastUpdatedAt": .time(micros: updatedMicros),
        ])
    }
}
