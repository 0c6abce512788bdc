// A run that is killed with SIGKILL at a point of its protocol, for the matrix of kills:
//     run-crasher HOME DEFINITION end                 over what is new, to its end
//     run-crasher HOME DEFINITION follow              follows its source until it is killed
//     run-crasher HOME DEFINITION POINT COUNT         the same, and kills itself when it comes to the point for that time
// The definition may have the step `swift: trap`, whose rows are what the point `row` counts.

import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceLog
import SluicePipelines
import Synchronization

/// Kills the process when it has come to a point so often.
final class Trap: Sendable {
    private let point: String
    private let left: Mutex<Int>

    init(_ point: String, count: Int) {
        self.point = point
        left = Mutex(count)
    }

    func reached(_ point: String, count: Int = 1) {
        guard point == self.point else { return }
        left.withLock { left in
            left -= count
            guard left <= 0 else { return }
            kill(getpid(), SIGKILL)
            // The signal comes at once, but not to this thread alone.
            while true { pause() }
        }
    }

    func reached(_ step: CommitStep) {
        switch step {
        case .prepared: reached("prepared")
        case .written: reached("written")
        case .recorded: reached("recorded")
        case .renamed: reached("renamed")
        case .removed: reached("removed")
        case .cleared: reached("cleared")
        case .published: reached("published")
        case .landed: reached("landed")
        case .struckOff: reached("struck-off")
        }
    }
}

@concurrent func run(home: String, file: String, trap: Trap, follows: Bool) async throws {
    var hooks = Catalog.Hooks()
    hooks.reached = { step throws(SluiceError) in trap.reached(step) }
    let catalog = try Catalog(home: home, hooks: hooks)
    let streams = StreamStore(directory: home + "/streams")
    _ = try await PublicationRecovery.run(catalog, streams, .standard)
    let definition = try PipelineLoader.load(path: file, connectors: .standard)
    let connection = ConnectorContext(
        catalog: catalog, streams: streams, pipeline: definition.name, directory: definition.directory, home: home)
    let pass = BatchClosure(name: "trap", columns: nil, outputSchema: { $0 }) { batch in
        trap.reached("row", count: batch.rowCount)
        return BatchClosure.Output(batch: batch)
    }
    let context = PlanContext(connectors: .standard, connection: connection, closures: ClosureRegistry([pass]))
    let plan = try await Planner.plan(definition, in: context)
    let follow = FollowOptions(follows: follows, interval: .milliseconds(20), pollInterval: .milliseconds(10))
    let runner = EpochRunner(catalog: catalog, streams: streams, home: home, options: RunOptions(width: 2), follow: follow)
    _ = try await runner.run(plan)
}

let words = CommandLine.arguments
guard words.count == 4 || words.count == 5, let count = Int(words.count == 5 ? words[4] : "1") else {
    print("usage: run-crasher HOME DEFINITION end|follow|POINT [COUNT]")
    exit(2)
}
do {
    try await run(home: words[1], file: words[2], trap: Trap(words[3], count: count), follows: words[3] != "end")
} catch {
    print("run-crasher: \(error)")
    exit(1)
}
