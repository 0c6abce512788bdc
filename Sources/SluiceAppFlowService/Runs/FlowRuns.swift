import FoundationEssentials
import SluiceCore
import SluiceServer
import Synchronization

/// Flows that run in this process, one execution of each at a time.
final class FlowRuns: Sendable {
    private struct Running {
        var task: Task<Void, Never>
        var execution: ExecutionRecord
    }

    private let running = Mutex<[String: Running]>([:])

    /// Begins an execution, which goes on behind the answer; its record says what came of it.
    ///
    /// - Throws: `ConflictException` for a flow that runs, `ServiceQuotaExceededException` where too many others do.
    func start(_ flow: FlowRecord, clientToken: String?, _ home: AppFlowHome) throws -> ExecutionRecord {
        let execution = ExecutionRecord(
            id: UUID().uuidString.lowercased(), flow: flow.name, micros: home.clock.nowMicros(), clientToken: clientToken)
        try running.withLock { running in
            if let other = running[flow.name] {
                throw Faults.conflict("Flow \(flow.name) is running already: execution \(other.execution.id).")
            }
            guard running.count < AppFlowLimits.runs else { throw Faults.quota("\(AppFlowLimits.runs) flows run already.") }
            try home.store(execution)
            // The task waits for the lock until it is listed here.
            let task = Task { [weak self] in
                await FlowRun(home: home, flow: flow, execution: execution).carryOut()
                self?.running.withLock { $0[flow.name] = nil }
            }
            running[flow.name] = Running(task: task, execution: execution)
        }
        return execution
    }

    /// Whether another flow may begin.
    var hasRoom: Bool { running.withLock { $0.count < AppFlowLimits.runs } }

    func isRunning(_ flow: String) -> Bool { running.withLock { $0[flow] != nil } }

    /// - Parameter ids: Executions that are meant; all when empty.
    /// - Returns: Those that are stopped now.
    func stop(_ flow: String, _ ids: [String]) -> [ExecutionRecord] {
        running.withLock { running in
            guard let found = running[flow], ids.isEmpty || ids.contains(found.execution.id) else { return [] }
            found.task.cancel()
            return [found.execution]
        }
    }

    func stopAll() { for found in running.withLock({ Array($0.values) }) { found.task.cancel() } }

    /// Stops all of them and waits for their ends.
    func close() async {
        stopAll()
        for task in running.withLock({ $0.values.map(\.task) }) { await task.value }
    }

    /// Waits for the end of a flow's execution.
    func wait(for flow: String) async {
        if let task = running.withLock({ $0[flow]?.task }) { await task.value }
    }
}
