import SluiceConnectors
import SluicePipelines

/// What the commands need to know of the program that they run in; set once, before the arguments are read.
struct Invocation: Sendable {
    /// Name under which the program was started: `sluice`, or the name of a package with jobs of its own. Hints and help show it.
    var programName: String
    var console: Console
    /// Pipelines, closures and connectors that the program adds.
    var jobs = Jobs()
    /// Those that every `sluice` has, and those of the program.
    var connectors: ConnectorRegistry { ConnectorRegistry.standard.adding(jobs.connectors) }

    /// Keeps the state of commands that ask for it open until the process ends; nil: it is closed with the last reference to it.
    var openState: OpenState?

    @TaskLocal static var current = Invocation(programName: "sluice", console: .system())
}
