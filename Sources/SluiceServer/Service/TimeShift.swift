import Synchronization

/// How far a test has moved the time of the services; 0 unless it did.
package final class TimeShift: Sendable {
    private let held = Atomic<Int64>(0)

    package init() {}
    package var micros: Int64 { held.load(ordering: .relaxed) }
    func advance(by micros: Int64) { held.wrappingAdd(micros, ordering: .relaxed) }
    func reset() { held.store(0, ordering: .relaxed) }
}
