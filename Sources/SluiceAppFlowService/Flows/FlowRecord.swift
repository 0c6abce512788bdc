import SluicePipelines
package import SluiceServer

/// A flow as it is kept: what its client said, and what became of it.
package struct FlowRecord: Sendable {
    package static let kind = "appflow-flow"

    enum Status: String, Sendable { case active = "Active", draft = "Draft", suspended = "Suspended" }

    package var name: String
    /// The members of the request that describe the flow, checked.
    var document: WireValue
    var status: Status
    var statusMessage: String?
    var createdMicros: Int64
    var updatedMicros: Int64
    var createdBy: String
    var updatedBy: String
    /// From 1; one more for each change of mapping, source or destination.
    var schemaVersion: Int64 = 1
    var clientToken: String?
    /// When a schedule began or went on: no tick lies before it.
    var activeMicros: Int64?
    /// The last tick that was run, in seconds since 1970.
    var tick: Int64?
    /// Runs that failed one after another.
    var failures: Int64 = 0

    init(name: String, document: WireValue, status: Status, micros: Int64, person: String, clientToken: String?) {
        self.name = name
        self.document = document
        self.status = status
        createdMicros = micros
        updatedMicros = micros
        createdBy = person
        updatedBy = person
        self.clientToken = clientToken
    }

    package init?(_ value: WireValue) {
        guard let name = value["name"]?.string, let document = value["document"], let created = value["created"]?.whole,
            let status = value["status"]?.string.flatMap(Status.init(rawValue:))
        else { return nil }
        self.init(
            name: name, document: document, status: status, micros: created, person: value["createdBy"]?.string ?? "",
            clientToken: value["clientToken"]?.string)
        statusMessage = value["message"]?.string
        updatedMicros = value["updated"]?.whole ?? created
        updatedBy = value["updatedBy"]?.string ?? createdBy
        schemaVersion = value["schemaVersion"]?.whole ?? 1
        activeMicros = value["active"]?.whole
        tick = value["tick"]?.whole
        failures = value["failures"]?.whole ?? 0
    }

    var value: WireValue {
        .structure([
            "name": .text(name), "document": document, "status": .text(status.rawValue), "message": .some(statusMessage),
            "created": .integer(createdMicros), "updated": .integer(updatedMicros), "createdBy": .text(createdBy),
            "updatedBy": .text(updatedBy), "schemaVersion": .integer(schemaVersion), "clientToken": .some(clientToken),
            "active": activeMicros.map { .integer($0) }, "tick": tick.map { .integer($0) }, "failures": .integer(failures),
        ])
    }

    var trigger: String { document["triggerConfig"]?["triggerType"]?.string ?? "OnDemand" }
    var isScheduled: Bool { trigger == "Scheduled" }
    var schedule: WireValue? { isScheduled ? document["triggerConfig"]?["triggerProperties"]?["Scheduled"] : nil }
    var source: WireValue { document["sourceFlowConfig"] ?? .null }
    var destination: WireValue { document["destinationFlowConfigList"]?.elements.first ?? .null }
    var tasks: [WireValue] { document["tasks"]?.elements ?? [] }
    /// Where the flow's table is registered; nil where it is not.
    var glue: WireValue? { document["metadataCatalogConfig"]?["glueDataCatalog"] }

    /// Whether a run reads what is new, and not everything.
    var isIncremental: Bool { schedule?["dataPullMode"]?.string == "Incremental" }

    /// What the flow's pipeline is called.
    package var pipeline: String { HouseName.of(name) }

    /// Profiles that it uses.
    var profiles: [String] { [source, destination].compactMap { $0["connectorProfileName"]?.string } }
    /// Labels of registered connectors that it uses, by the type of connector.
    func uses(_ type: String) -> Bool { [source, destination].contains { $0["connectorType"]?.string == type } }
}
