/// How a run uses the machine.
package struct RunOptions: Sendable {
    /// Tasks side by side.
    package var width: Int
    /// Bytes of state that one step may keep in memory.
    package var stateBytes: Int

    package init(width: Int = Machine.coreCount, stateBytes: Int = EngineLimits.stateBytes) {
        self.width = max(1, width)
        self.stateBytes = stateBytes
    }
}
