import SluiceCatalog
import SluiceCore
import SluiceServer

/// Something that happened, of which a workflow is told.
package struct GlueEvent: Hashable, Sendable {
    /// In the form of a UUID, as ids of events are.
    let id: String
    /// The address of an object that is there because of it.
    let object: String?

    /// - Parameters:
    ///   - number: Which event of the port it is; the id is made of it, so that one that is delivered again has its id.
    ///   - object: Nil where no object can be read; one line.
    package init(number: Int64, object: String?) {
        let hex = String(UInt64(bitPattern: number), radix: 16)
        let digits = Array(String(repeating: "0", count: 32 - hex.utf8.count) + hex)
        id = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
        self.object = object
    }

    init(_ value: WireValue) { (id, object) = (value["Id"]?.string ?? "", value["Object"]?.string) }

    var value: WireValue { .structure(["Id": .text(id), "Object": .some(object)]) }
}

/// Events that wait for more before their trigger fires, as the catalog keeps them.
struct EventBatch: Sendable {
    static let kind = "glue-event-batch"

    /// The trigger's name.
    let name: String
    var events: [GlueEvent] = []
    /// When the first of them came, since 1970.
    var sinceMicros: Int64 = 0
    /// The run that ends when their time is over: at most one, which is kept where the events fire before.
    var timer: RunID?

    static func find(_ trigger: String, _ ledger: ScheduleTransaction) throws -> EventBatch {
        var batch = EventBatch(name: trigger)
        guard let members = try ledger.document(kind, trigger)?.members else { return batch }
        batch.events = (members["Events"]?.elements ?? []).map { GlueEvent($0) }
        batch.sinceMicros = members["Since"]?.whole ?? 0
        batch.timer = members["Timer"]?.string.map { RunID($0) }
        return batch
    }

    func put(_ ledger: ScheduleTransaction) throws {
        if events.isEmpty, timer == nil { return try Self.forget(name, ledger) }
        let content = WireValue.structure([
            "Events": .list(events.map(\.value)), "Since": .integer(sinceMicros), "Timer": .some(timer?.text),
        ])
        try ledger.putDocument(Self.kind, name, content.json)
    }

    static func forget(_ trigger: String, _ ledger: ScheduleTransaction) throws { try ledger.removeDocument(kind, trigger) }

    mutating func append(_ event: GlueEvent, at micros: Int64) {
        if events.isEmpty { sinceMicros = micros }
        events.append(event)
    }

    /// What the workflow's run knows of them. Source: Glue developer guide, "Viewing the EventBridge events that started a workflow"; `files` is
    /// what runs of other jobs get.
    var properties: [String: String] {
        var properties = ["aws:eventIds": "[" + events.map(\.id).joined(separator: ", ") + "]"]
        let files = events.compactMap(\.object)
        if !files.isEmpty { properties["files"] = files.joined(separator: "\n") }
        return properties
    }
}
