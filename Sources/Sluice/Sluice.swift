@_exported public import SluiceCore
@_exported public import SluicePipelines
import SluiceCLI

/// Sluice as a library: everything that a program with pipelines and steps of its own needs.
///
/// ```swift
/// import Sluice
///
/// @main enum MyJobs {
///     static func main() async {
///         let late = Pipeline("late-flights").source(.files("flights/*.csv")).filter("arr_delay > 15").sink(.table("flights.late"))
///         await Sluice.main(jobs: Jobs(pipelines: [late]))
///     }
/// }
/// ```
public enum Sluice {
    /// The whole command line with the program's own pipelines and closures in it: `run NAME`, `plan NAME`, `functions`, and all the others.
    ///
    /// Never returns: it ends the process with the exit code of the command.
    public static func main(jobs: Jobs = Jobs()) async -> Never { await CommandLineProgram.main(jobs: jobs) }
}
