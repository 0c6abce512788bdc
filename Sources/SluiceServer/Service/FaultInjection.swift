/// Faults that a test of a client wants: shares of calls and records that fail, from 0 to 1.
package struct FaultInjection: Hashable, Sendable {
    /// Records of puts that are refused as a busy service does.
    package var refusedRecords: Double
    /// Calls of all services that fail before they do anything, as each calls a fault of its own.
    package var failedCalls: Double

    package init(refusedRecords: Double = 0, failedCalls: Double = 0) {
        self.refusedRecords = refusedRecords
        self.failedCalls = failedCalls
    }

    package var refuses: Bool { refusedRecords > 0 && Double.random(in: 0..<1) < refusedRecords }
    package var fails: Bool { failedCalls > 0 && Double.random(in: 0..<1) < failedCalls }
}
