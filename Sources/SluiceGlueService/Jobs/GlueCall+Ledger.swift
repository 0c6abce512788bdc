import SluiceCatalog
import SluiceCore
import SluiceServer

extension GlueCall {
    /// Changes documents, jobs and runs together, or nothing where the body throws.
    func change<Result>(_ body: (ScheduleTransaction) throws -> Result) throws -> Result {
        try Self.faulting { try catalog.changeSchedule { ledger in try Self.carrying { try body(ledger) } } }
    }

    /// Looks at documents, jobs and runs at one moment.
    func read<Result>(_ body: (ScheduleTransaction) throws -> Result) throws -> Result {
        try Self.faulting { try catalog.readSchedule { ledger in try Self.carrying { try body(ledger) } } }
    }

    /// The catalog throws its own errors, which carry the fault of a body out of it.
    private static func carrying<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let fault as ServiceFault {
            throw SluiceError(.invalidArgument, fault.message, underlying: fault)
        }
    }

    private static func faulting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SluiceError {
            throw error.underlying as? ServiceFault ?? error as any Error
        }
    }

    /// - Throws: `OperationNotSupportedException` where nobody is there to run what is asked for.
    func requireScheduler() throws {
        if context.runsJobs { return }
        guard try catalog.scheduleLeader() == nil else { return }
        throw ServiceFault(
            400, "OperationNotSupportedException",
            "No scheduler is at work, so nothing would run: start the server without --no-schedule, and without names of files.")
    }
}

extension WireValue {
    /// The members of an object, by name.
    var memberMap: [String: WireValue] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// An object with its members by name.
    static func members(_ members: [String: WireValue]) -> WireValue {
        .object(members.sorted { $0.key < $1.key }.map { Member($0.key, $0.value) })
    }

    var truth: Bool? { if case .boolean(let value) = self { value } else { nil } }
}

extension StoredDocument {
    /// The content, of which this service has written every one.
    var members: [String: WireValue] { WireValue(json: content)?.memberMap ?? [:] }
}
