import SluiceCatalog
import SluiceServer

/// A run that a client began, as the catalog keeps it: a document for each.
struct ClientRun: Sendable {
    enum Status: String, Sendable {
        case running = "RUNNING"
        case stopping = "STOPPING"
        case stopped = "STOPPED"
        case succeeded = "SUCCEEDED"
        case failed = "FAILED"
        case timeout = "TIMEOUT"
    }

    /// Ascends with the time of the start.
    let id: String
    /// Members of the request, as answers tell them again.
    let request: WireValue
    var status = Status.running
    /// Microseconds since 1970.
    let startedMicros: Int64
    var endedMicros: Int64?
    var error: String?
    /// What came out, as answers tell it.
    var outcome = WireValue.object([])

    init(id: String, request: WireValue, startedMicros: Int64) {
        self.id = id
        self.request = request
        self.startedMicros = startedMicros
    }

    /// Nil for a document that is no run's.
    init?(_ document: StoredDocument) {
        guard let value = WireValue(json: document.content), let request = value["request"], let started = value["started"]?.whole,
            let status = value["status"]?.string.flatMap(Status.init)
        else { return nil }
        self.init(id: document.name, request: request, startedMicros: started)
        self.status = status
        endedMicros = value["ended"]?.whole
        error = value["error"]?.string
        outcome = value["outcome"] ?? .object([])
    }

    /// The content of the document.
    var json: String {
        WireValue.structure([
            "request": request, "status": .text(status.rawValue), "started": .integer(startedMicros),
            "ended": endedMicros.map { .integer($0) }, "error": error.map { .text($0) }, "outcome": outcome,
        ]).json
    }

    /// What answers about runs of data quality say of each.
    var progress: [WireValue.Member] {
        let value = WireValue.structure([
            "RunId": .text(id), "Status": .text(status.rawValue), "StartedOn": .time(micros: startedMicros),
            "LastModifiedOn": .time(micros: endedMicros ?? startedMicros), "CompletedOn": endedMicros.map { .time(micros: $0) },
            "ExecutionTime": endedMicros.map { .integer(($0 - startedMicros) / 1_000_000) }, "ErrorString": error.map { .text($0) },
        ])
        return value.members
    }
}

extension WireValue {
    /// Of an object; none of anything else.
    var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// An object with the members of this one and others behind them.
    func adding(_ more: [Member]) -> WireValue { .object(members + more) }
}
