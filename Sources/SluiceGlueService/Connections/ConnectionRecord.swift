import SluiceCatalog
import SluiceConnectors
import SluiceSaaS
import SluiceServer

/// A connection as answers tell it: what the catalog has, and what a client said of it.
struct ConnectionRecord: Sendable {
    let stored: StoredConnection
    /// Nil for one that a command made, or has changed since.
    let given: StoredDocument?
    private let content: WireValue?

    init(_ stored: StoredConnection, _ given: StoredDocument?) {
        self.stored = stored
        let content = given.flatMap { WireValue(json: $0.content) }
        // What a command has put in the place of a client's is told as it is.
        let isCurrent = content?["settings"]?.textMap ?? [:] == stored.settings && content?["address"]?.string == stored.address
        self.given = isCurrent ? given : nil
        self.content = isCurrent ? content : nil
    }

    var criteria: [String] { content?["MatchCriteria"]?.texts ?? [] }

    /// A connector that no client can name is `CUSTOM`.
    var type: String {
        if let type = content?["ConnectionType"]?.string { return type }
        let type = engine == nil ? stored.connector.uppercased() : "JDBC"
        return ConnectionKind.types.contains(type) ? type : "CUSTOM"
    }

    /// 2: with credentials of their own; 1: as properties.
    var version: Int { content?["AuthenticationConfiguration"] == nil ? 1 : 2 }

    /// Of a connection to a database.
    var engine: DatabaseEngine? { DatabaseEngine(rawValue: stored.connector) }

    private var properties: [String: String] {
        if let properties = content?["ConnectionProperties"] { return properties.textMap }
        if let engine {
            let place = DatabasePlace(engine, stored.settings)
            var own = ["JDBC_CONNECTION_URL": place.url]
            own["USERNAME"] = place.user
            return own
        }
        var own = Dictionary(stored.settings.map { ($0.key.uppercased(), $0.value) }, uniquingKeysWith: { $1 })
        own["INSTANCE_URL"] = stored.address
        return own
    }

    var value: WireValue {
        let failure = content?["failure"]?.string
        return .structure([
            "Name": .text(stored.name), "Description": content?["Description"], "ConnectionType": .text(type),
            "MatchCriteria": .texts(criteria), "ConnectionProperties": .map(properties),
            "AuthenticationConfiguration": content?["AuthenticationConfiguration"],
            "CreationTime": .time(micros: given?.createdMicros ?? stored.updatedMicros),
            "LastUpdatedTime": .time(micros: stored.updatedMicros), "Status": .text(failure == nil ? "READY" : "FAILED"),
            "StatusReason": failure.map { .text($0) },
            "LastConnectionValidationTime": content?["validated"]?.whole.map { .time(micros: $0) },
            "ConnectionSchemaVersion": .integer(Int64(version)),
        ])
    }
}
