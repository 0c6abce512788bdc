package import SluiceCatalog
import SluiceCore
import SluicePipelines
import Synchronization

/// Keeps a scheduler at work until its task is cancelled, and then lets it end what runs.
package final class SchedulerService: Sendable {
    private let catalog: Catalog
    private let options: Scheduler.Options
    /// How long runs may go on behind a cancellation before they are asked to end.
    private let drainMicros: Int64
    private let tell: @Sendable (Scheduler.Event) -> Void
    /// Looks at events that take time; nil: such events are not looked for.
    private let probe: EventSights.Probe?
    /// Definitions that are to take the place of those that are there.
    private let next: Mutex<JobSet?>
    /// Rings when there is something to do before the time for it.
    private let alarm = Alarm()

    /// - Parameters:
    ///   - jobs: At the beginning.
    ///   - drainMicros: How long runs may go on behind a cancellation before they are asked to end.
    ///   - probe: Looks at events that take time.
    package init(
        catalog: Catalog, jobs: JobSet, options: Scheduler.Options, drainMicros: Int64, probe: EventSights.Probe? = nil,
        tell: @escaping @Sendable (Scheduler.Event) -> Void
    ) {
        self.catalog = catalog
        self.options = options
        self.probe = probe
        self.drainMicros = drainMicros
        self.tell = tell
        next = Mutex(jobs)
    }

    /// Puts other definitions in place.
    package func reload(_ jobs: JobSet) {
        next.withLock { $0 = jobs }
        alarm.ring()
    }

    /// Works until the task is cancelled, or until `isDone` holds.
    ///
    /// - Parameter isDone: Asked after each step with whether the scheduler leads.
    /// - Throws: What the state throws again and again; runs are left to another scheduler.
    @concurrent package func run(until isDone: @escaping @Sendable (_ isLeading: Bool) throws -> Bool = { _ in false }) async throws {
        guard let probe else { return try await work(options, until: isDone) }
        var options = options
        let sights = EventSights()
        options.sights = sights
        async let _: Void = Self.look(sights, probe)
        try await work(options, until: isDone)
        // Leaving the scope cancels what still looks.
    }

    private static func look(_ sights: EventSights, _ probe: @escaping EventSights.Probe) async {
        while !Task.isCancelled {
            await sights.look(probe)
            try? await Task.sleep(for: .microseconds(SchedulerLimits.remoteEventMicros))
        }
    }

    private func work(_ options: Scheduler.Options, until isDone: @Sendable (_ isLeading: Bool) throws -> Bool) async throws {
        let jobs = next.withLock { $0.take() } ?? JobSet()
        let launcher = ProcessLauncher { [alarm] in alarm.ring() }
        let scheduler = Scheduler(catalog: catalog, jobs: jobs, launcher: launcher, options: options, tell: tell)
        defer { scheduler.leave() }
        var failures = 0
        while !Task.isCancelled {
            do {
                try takeNext(scheduler)
                let wake = try scheduler.step()
                if try isDone(scheduler.isLeading) { return }
                failures = 0
                let pause = min(wake - catalog.clock.nowMicros(), SchedulerLimits.idleMicros)
                if pause > 0 { await alarm.sleep(micros: pause) }
            } catch {
                // A full disk, a state that is busy: another scheduler may do better meanwhile, and this one tries again.
                scheduler.leave()
                failures += 1
                guard failures <= SchedulerLimits.failures else { throw error }
                let pause = SchedulerLimits.pause(afterFailures: failures)
                tell(.warning("the scheduler waits \(pause / TimeText.microsPerSecond) s: \(ErrorLine.text(error))"))
                // Ends of processes would be told to a state that cannot take them.
                try? await Task.sleep(for: .microseconds(pause))
            }
        }
        await drain(scheduler)
    }

    /// Puts definitions in place that were read again; where the state fails, the next turn tries.
    private func takeNext(_ scheduler: Scheduler) throws {
        guard let jobs = next.withLock({ $0.take() }) else { return }
        do {
            try scheduler.reload(jobs)
        } catch {
            next.withLock { $0 = $0 ?? jobs }
            throw error
        }
    }

    private func drain(_ scheduler: Scheduler) async {
        guard scheduler.isLeading else { return }
        let begun = ContinuousClock.now
        scheduler.drain(until: catalog.clock.nowMicros() + drainMicros)
        if drainMicros > 0, scheduler.runningCount > 0 { tell(.drains(running: scheduler.runningCount, micros: drainMicros)) }
        var asked = false
        while scheduler.isLeading, (try? scheduler.step()) != nil, scheduler.runningCount > 0 {
            if !asked, ContinuousClock.now - begun >= .microseconds(drainMicros) {
                scheduler.askToEnd()
                if drainMicros > 0 { tell(.drains(running: scheduler.runningCount, micros: 0)) }
                asked = true
            }
            // The task is cancelled, so that its own sleep would end at once.
            await Task.detached { [alarm] in await alarm.sleep(micros: SchedulerLimits.pollMicros) }.value
        }
    }
}
