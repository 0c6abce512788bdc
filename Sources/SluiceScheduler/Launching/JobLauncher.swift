package import SluiceCatalog
package import SluiceCore

/// What one attempt of a run starts.
package struct JobLaunch: Sendable {
    package var run: ScheduledRun
    /// From 1.
    package var attempt: Int
    package var program: [String]
    /// Beside the scheduler's own.
    package var environment: [String: String]
    package var directory: String
    /// The file that gets what the process prints.
    package var log: String
}

/// A process that was started and waits at its gate: it does nothing before the ledger knows of it.
package struct PreparedJob: Sendable {
    package var process: ProcessIdentity
    /// The end of the pipe whose other end the process waits at.
    package var gate: Int32
    /// Why nothing that it prints is kept: its log could not be opened.
    package var logFailure: SluiceError?

    package init(process: ProcessIdentity, gate: Int32, logFailure: SluiceError? = nil) {
        (self.process, self.gate, self.logFailure) = (process, gate, logFailure)
    }
}

/// How an attempt ended.
package enum JobOutcome: Hashable, Sendable {
    /// 128 and a signal's number for a process that a signal ended.
    case exited(Int)
    /// The process waited at its gate when the scheduler that had started it ended: it has done nothing.
    case neverStarted
    /// The process is gone, and nobody knows how it ended.
    case lost
}

/// Starts processes and tells what became of them: those of this scheduler, and those that an earlier one left behind.
package protocol JobLauncher: AnyObject {
    /// Starts a process that waits at its gate.
    func prepare(_ launch: JobLaunch) throws(SluiceError) -> PreparedJob
    /// Lets the process begin.
    func release(_ job: PreparedJob)
    /// Ends the process, which has not begun.
    func abandon(_ job: PreparedJob)
    /// Whether it calls when a process ends; otherwise it has to be asked again and again.
    var tellsEnds: Bool { get }
    /// Nil while it runs.
    func outcome(of attempt: RunAttempt) -> JobOutcome?
    /// Asks a process and all that it started to end, or kills them.
    func end(_ attempt: RunAttempt, isHard: Bool)
    /// The ledger knows how the attempt ended.
    func forget(_ attempt: RunAttempt)
    /// Starts a command for a notice, with a text on its standard input; nobody waits for it.
    ///
    /// - Parameter otherwise: The program and arguments that get the text, and behind them the exit code, where the command fails; none: nothing.
    func notify(command: String, text: String, directory: String, otherwise: [String])
}
