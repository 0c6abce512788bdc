import CSystemCalls

/// The program's own code, as far as only starting up reads it: parsing arguments, listing connectors and functions, planning.
enum StartCode {
    /// When a run has done with it; a shorter run pays nothing.
    static let untilRun = Duration.milliseconds(150)

    /// Gives its pages back to the system after a time: 12 MiB of 54 are not read again by a run, and what is comes back in a millisecond.
    ///
    /// Returns at once where the task is cancelled.
    static func drop(after time: Duration) async {
        guard (try? await Task.sleep(for: time)) != nil else { return }
        sluice_drop_code()
    }
}
