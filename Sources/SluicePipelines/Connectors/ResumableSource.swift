/// A source that keeps what it reads of everything until the run has committed, so that a run that was cut off goes on where it stopped.
///
/// A run over everything commits once, at its end. What was read is kept beside the state meanwhile; the next run takes it from there, and asks
/// the service for the rest alone.
package protocol ResumableSource: Source {
    /// The same source, which begins with what a run that was cut off has kept, and keeps what it reads itself.
    func keeping() -> any Source

    /// The run has committed: what was kept is of no use any more.
    func forgetKept()

    /// The run has failed, and was not stopped. What it has kept, or has made at the service and not committed rows of, is of use where the
    /// service gave no more; otherwise its rows, or where they go, are mended first, and the next run reads them anew.
    func noteFailure()
}
