/// Faults that a test of a client wants: shares of calls and records that fail, from 0 to 1.
package struct FaultInjection: Hashable, Sendable {
    /// Records of PutRecord and PutRecords that are refused with `ProvisionedThroughputExceededException`.
    package var throttledRecords: Double
    /// Calls that fail with `InternalFailure` before they do anything.
    package var failedCalls: Double

    package init(throttledRecords: Double = 0, failedCalls: Double = 0) {
        self.throttledRecords = throttledRecords
        self.failedCalls = failedCalls
    }

    var throttles: Bool { throttledRecords > 0 && Double.random(in: 0..<1) < throttledRecords }
    var fails: Bool { failedCalls > 0 && Double.random(in: 0..<1) < failedCalls }
}
