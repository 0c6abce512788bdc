import ArgumentParser
import Glibc
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

struct FlowCancelCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "cancel", abstract: "Stop the run of a flow; what it has committed stays.",
            discussion: """
                The process that runs the flow is asked to end, as by Ctrl-C, and waited for. `flow resume` goes on later. A run of the \
                scheduler is cancelled, and not tried again. One that \
                waits for its turn in the scheduler is cancelled by `\(program) schedule cancel`.

                Example:
                  \(program) flow cancel accounts
                """)
    }

    @Argument(help: "The flow's name, or its file.", completion: NameCompletion.flows) var flow: String
    @Option(help: ArgumentHelp("How long to wait for its end.", valueName: "time")) var wait = TimeSpan(micros: 60_000_000)
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let found = try FlowFiles.find(flow)
        let session = Session(home: home.directory)
        let catalog = try session.requireCatalog(for: "run of \(found.name.quotedForMessage)")
        let running = try catalog.runs(pipeline: found.name, state: .running)
        guard !running.isEmpty else {
            throw SluiceError(
                .notFound, "the flow \(found.name.quotedForMessage) is not running",
                remedy: "see `\(Invocation.current.programName) flow history \(found.name)`")
        }
        let live = try LiveDirectory(home: session.home).running()
        for run in running {
            // A process that follows may follow others, too.
            if live.contains(where: { $0.process == run.process && $0.follows }) {
                throw SluiceError(
                    .usage, "run \(run.id) follows its source in process \(run.process.processID)",
                    remedy: "stop that process: kill -INT \(run.process.processID)")
            }
            // The scheduler is not to take its end for a failure, which it would try again.
            if let job = try AnyRun.owner(of: run, catalog) { _ = try await RunCancelling.cancel(job, nil, session, detach: true) }
            if run.process.isRunning { kill(run.process.processID, SIGINT) }
        }
        var ended: [RunRecord] = []
        let end = ContinuousClock.now + .microseconds(wait.micros)
        for run in running {
            var state = try catalog.run(matching: run.id.text)
            while state.state == .running, ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
                state = try catalog.run(matching: run.id.text)
            }
            ended.append(state)
        }
        let isDone = ended.allSatisfy { $0.state != .running }
        return Report(
            ended.map { run in
                run.state == .running
                    ? .line("run \(run.id) was asked to end, and has not ended yet", .warning)
                    : .line("run \(run.id) \(run.state.rawValue)")
            }, json: .object(["flow": .string(found.name), "ended": .boolean(isDone), "runs": .list(ended.map(\.json))]),
            status: isDone ? .done : .failed)
    }
}
