import SluiceCore
import SluiceSchedules
import SluiceServer
import Synchronization

/// The ticks of scheduled flows. Each is run once: it is in the flow's record before its run begins, and what passed while there was no server is run
/// once, by the latest of its ticks.
final class FlowTimer: Sendable {
    private static let period = Duration.milliseconds(500)

    /// Next ticks by flow, seconds since 1970.
    private let next = Mutex<[String: Int64]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)

    func begin(_ home: AppFlowHome) {
        for flow in (try? home.flows()) ?? [] { schedule(flow, home) }
        task.withLock { task in
            task = Task { [weak self, weak home] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.period)
                    guard let self, let home, !Task.isCancelled else { return }
                    self.work(home)
                }
            }
        }
    }

    func end() async {
        let ended = task.withLock { task in
            defer { task = nil }
            return task
        }
        ended?.cancel()
        await ended?.value
    }

    func forget(_ flow: String) { next.withLock { $0[flow] = nil } }

    /// Takes a flow as it is now.
    func schedule(_ flow: FlowRecord, _ home: AppFlowHome) {
        let tick = flow.status == .active ? try? FlowSchedule(flow).flatMap { $0.next(flow) } : nil
        next.withLock { $0[flow.name] = tick }
    }

    private func work(_ home: AppFlowHome) {
        let now = home.clock.nowMicros() / 1_000_000
        let due = next.withLock { $0.filter { $0.value <= now }.map(\.key) }
        for name in due {
            // A flow that still runs takes its tick when it is done.
            guard !home.runs.isRunning(name), home.runs.hasRoom else { continue }
            do {
                let flow = try home.change(name) { flow in
                    guard flow.status == .active, let schedule = try FlowSchedule(flow) else { return }
                    flow.tick = schedule.last(flow, now) ?? flow.tick
                }
                if flow.status == .active { _ = try home.runs.start(flow, clientToken: nil, home) }
            } catch {
                // Gone meanwhile, or too many run: the next period looks again, where there is still something to do.
                if (try? home.flow(name)) == nil { forget(name) }
            }
        }
    }
}

/// When a scheduled flow runs.
struct FlowSchedule {
    private let schedule: Schedule
    /// Seconds behind each tick.
    private let offset: Int64

    /// Nil for a flow without a schedule.
    ///
    /// - Throws: `ValidationException` for an expression or a zone that is none.
    init?(_ flow: FlowRecord) throws {
        guard let rules = flow.schedule else { return nil }
        let text = Self.spaced(rules["scheduleExpression"]?.string ?? "")
        let expression: ScheduleExpression
        do throws(ScheduleSyntaxError) {
            expression = try ScheduleExpression(text)
        } catch {
            throw Faults.invalid("The schedule expression \(text) is none: \(error.sluiceError(in: text, at: nil).message).")
        }
        let zone = try rules["timezone"]?.string.map { try ZoneDirectory.system.zone($0) } ?? .utc
        let start = (rules["scheduleStartTime"]?.micros ?? flow.activeMicros ?? flow.createdMicros) / 1_000_000
        schedule = Schedule([expression], zone: zone, start: start, end: rules["scheduleEndTime"]?.micros.map { $0 / 1_000_000 })
        offset = rules["scheduleOffset"]?.whole ?? 0
    }

    /// `rate(5minutes)` as clients of the service write it.
    private static func spaced(_ text: String) -> String {
        guard text.hasPrefix("rate("), let letter = text.dropFirst(5).firstIndex(where: \.isLetter), letter > text.startIndex,
            text[text.index(before: letter)].isNumber
        else { return text }
        return text[..<letter] + " " + text[letter...]
    }

    /// No tick lies before it: the last one that was run, or the moment at which the schedule began.
    private func floor(_ flow: FlowRecord) -> Int64 { flow.tick ?? (flow.activeMicros ?? flow.createdMicros) / 1_000_000 - 1 }

    /// Whether no tick will ever come.
    func isEmpty(_ flow: FlowRecord) -> Bool { schedule.next(after: floor(flow)) == nil }

    /// The next moment at which the flow runs.
    func next(_ flow: FlowRecord) -> Int64? { schedule.next(after: floor(flow)).map { $0 + offset } }

    /// The latest tick whose moment has come.
    func last(_ flow: FlowRecord, _ now: Int64) -> Int64? { schedule.last(notAfter: now - offset, after: floor(flow)) }
}
