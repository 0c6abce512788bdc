/// Bounds of what a run's record holds.
enum RunLimits {
    /// Sources whose windows are told, such as channels.
    static let listedWindows = 100

    /// Files that the record of a run of several epochs names, the newest.
    static let listedOutputs = 100
}
