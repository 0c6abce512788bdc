import SluiceCatalog
import SluiceServer

/// One execution of a flow.
struct ExecutionRecord: Sendable {
    static let kind = "appflow-execution"

    enum Status: String, Sendable {
        case running = "InProgress"
        case succeeded = "Successful"
        case failed = "Error"
        case stopping = "CancelStarted"
        case stopped = "Canceled"

        var isEnded: Bool { self != .running && self != .stopping }
    }

    var id: String
    var flow: String
    var status = Status.running
    var startedMicros: Int64
    var updatedMicros: Int64
    /// Of the request that began it.
    var clientToken: String?
    /// Bounds of what was pulled, microseconds since 1970.
    var fromMicros: Int64?
    var toMicros: Int64?
    var message: String?
    /// Rows that the destination refused.
    var refused: Int64 = 0
    var bytesIn: Int64 = 0
    var bytesOut: Int64 = 0
    var rows: Int64 = 0
    /// The table that was registered, and what came of it.
    var table: String?
    var tableMessage: String?
    var tableFailed = false

    init(id: String, flow: String, micros: Int64, clientToken: String?) {
        self.id = id
        self.flow = flow
        startedMicros = micros
        updatedMicros = micros
        self.clientToken = clientToken
    }

    /// The document's name: by flow, then in the order of time.
    var name: String {
        let digits = String(startedMicros)
        return "\(flow)/\(String(repeating: "0", count: max(0, 20 - digits.utf8.count)))\(digits)-\(id)"
    }

    init?(_ value: WireValue) {
        guard let id = value["id"]?.string, let flow = value["flow"]?.string, let started = value["started"]?.whole,
            let status = value["status"]?.string.flatMap(Status.init(rawValue:))
        else { return nil }
        self.init(id: id, flow: flow, micros: started, clientToken: value["clientToken"]?.string)
        self.status = status
        updatedMicros = value["updated"]?.whole ?? started
        fromMicros = value["from"]?.whole
        toMicros = value["to"]?.whole
        message = value["message"]?.string
        refused = value["refused"]?.whole ?? 0
        bytesIn = value["bytesIn"]?.whole ?? 0
        bytesOut = value["bytesOut"]?.whole ?? 0
        rows = value["rows"]?.whole ?? 0
        table = value["table"]?.string
        tableMessage = value["tableMessage"]?.string
        tableFailed = value["tableFailed"] == .boolean(true)
    }

    var value: WireValue {
        .structure([
            "id": .text(id), "flow": .text(flow), "status": .text(status.rawValue), "started": .integer(startedMicros),
            "updated": .integer(updatedMicros), "clientToken": .some(clientToken), "from": fromMicros.map { .integer($0) },
            "to": toMicros.map { .integer($0) }, "message": .some(message), "refused": .integer(refused), "bytesIn": .integer(bytesIn),
            "bytesOut": .integer(bytesOut), "rows": .integer(rows), "table": .some(table), "tableMessage": .some(tableMessage),
            "tableFailed": .boolean(tableFailed),
        ])
    }

    /// As `DescribeFlowExecutionRecords` answers it.
    var described: WireValue {
        let hasError = status == .failed || refused > 0
        let result: WireValue? =
            status == .running
            ? nil
            : .structure([
                "errorInfo": hasError
                    ? .structure(["putFailuresCount": .integer(refused), "executionMessage": .text(message ?? "")]) : nil,
                "bytesProcessed": .integer(bytesIn), "bytesWritten": .integer(bytesOut), "recordsProcessed": .integer(rows + refused),
            ])
        return .structure([
            "executionId": .text(id), "executionStatus": .text(status.rawValue), "executionResult": result,
            "startedAt": .time(micros: startedMicros), "lastUpdatedAt": .time(micros: updatedMicros),
            "dataPullStartTime": fromMicros.map { .time(micros: $0) }, "dataPullEndTime": toMicros.map { .time(micros: $0) },
            "metadataCatalogDetails": catalogDetails,
        ])
    }

    var catalogDetails: WireValue? {
        guard let table else { return nil }
        return .list([
            .structure([
                "catalogType": .text("GLUE"), "tableName": .text(table),
                "tableRegistrationOutput": .structure([
                    "message": .some(tableMessage), "result": .text(tableFailed ? "FAILED" : "SUCCEEDED"),
                    "status": .text((tableFailed ? Status.failed : .succeeded).rawValue),
                ]),
            ])
        ])
    }

    /// As descriptions of flows tell of the last one.
    var details: WireValue {
        .structure([
            "mostRecentExecutionMessage": .some(message), "mostRecentExecutionTime": .time(micros: startedMicros),
            "mostRecentExecutionStatus": .text(status.rawValue),
        ])
    }
}

extension AppFlowHome {
    /// Executions of a flow, the newest first.
    func executions(of flow: String) throws -> [ExecutionRecord] {
        try catalog.values(ExecutionRecord.kind, prefix: flow + "/").compactMap(ExecutionRecord.init).reversed()
    }

    func store(_ execution: ExecutionRecord) throws {
        try catalog.change(ExecutionRecord.kind, execution.name) { $0 = execution.value }
    }

    /// Keeps no more records than the limit.
    func prune(_ flow: String) throws {
        for old in try executions(of: flow).dropFirst(AppFlowLimits.records) where old.status.isEnded {
            _ = try catalog.removeDocument(ExecutionRecord.kind, old.name)
        }
    }
}
