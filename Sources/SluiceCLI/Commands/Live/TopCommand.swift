import ArgumentParser
import SluiceCore
import SluiceEngine
import SluicePipelines

struct TopCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "top", abstract: "Watch the running pipelines: rates, lag, memory, dead letters, by pipeline and shard.",
            discussion: """
                On a terminal the screen is drawn again and again until Ctrl-C; otherwise it is printed once.

                Examples:
                  \(program) top
                  \(program) top --every 5s
                  \(program) top --json
                """)
    }

    @Option(help: ArgumentHelp("How often the screen is drawn. Default: 1s.", valueName: "time")) var every: TimeSpan?
    @Flag(help: "Print it once.") var once = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let every, every.micros < 100_000 { throw ValidationError("--every takes 100ms or more") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let live = LiveDirectory(home: session.home)
        let screen = TopScreen(figures: try live.running())
        guard session.console.out.isTerminal, !once, !output.json else {
            return Report(screen.blocks, json: .object(["pipelines": .list(screen.figures.map(\.json))]))
        }
        let interval = every?.micros ?? 1_000_000
        let console = session.console
        do {
            try await Interruption.cancelling { try await Self.draw(live, every: interval, on: console) }
        } catch is CancellationError {
            // Ctrl-C is how it ends.
        }
        return .streamed(.done)
    }

    /// Draws on the terminal's other screen, and gives the first one back.
    private static func draw(_ live: LiveDirectory, every micros: Int64, on console: Console) async throws {
        let hasStyle = console.out.style == .coloured
        if hasStyle { console.out.write("\u{1B}[?1049h") }
        defer { if hasStyle { console.out.write("\u{1B}[?1049l") } }
        while !console.out.isClosed {
            let screen = TopScreen(figures: try live.running())
            let text = Report(screen.blocks, json: .null).text(width: console.out.width, style: console.out.style)
            console.out.write((hasStyle ? "\u{1B}[H\u{1B}[2J" : "") + text + "\n")
            try await Task.sleep(for: .microseconds(micros))
        }
    }
}

/// The running pipelines as tables.
struct TopScreen: Sendable {
    let figures: [LiveFigures]

    /// Shards that are shown of all pipelines.
    static let shownShards = 20

    var blocks: [Report.Block] {
        guard !figures.isEmpty else { return [.line("No pipeline is running."), .line("`run FILE --follow` starts one.", .dim)] }
        var table = TextTable([
            .init("pipeline", isWhole: true), .init("rows in/s", .right), .init("rows out/s", .right), .init("rows in", .right),
            .init("lag", .right), .init("dead", .right), .init("memory", .right), .init("up", .right),
        ])
        for run in figures {
            table.add([
                run.pipeline, HumanText.short(run.rowsReadPerSecond), HumanText.short(run.rowsWrittenPerSecond),
                HumanText.grouped(run.rowsRead), run.lag.map { HumanText.grouped($0) } ?? "", HumanText.grouped(run.rejected),
                HumanText.bytes(run.memoryBytes), HumanText.duration(seconds: Double(run.updatedMicros - run.startedMicros) / 1e6),
            ])
        }
        var blocks: [Report.Block] = [.table(table)]
        for run in figures { if let waiting = run.waiting { blocks.append(.line("\(run.pipeline) waits: \(waiting)", .warning)) } }
        return blocks + shardBlocks
    }

    /// Shards with most lag.
    private var shardBlocks: [Report.Block] {
        let shards = figures.flatMap { run in (run.shards ?? []).map { (run.pipeline, $0) } }
        guard shards.count > figures.count else { return [] }
        var table = TextTable([.init("pipeline"), .init("shard", isWhole: true), .init("records/s", .right), .init("lag", .right)])
        for (pipeline, shard) in shards.sorted(by: { $0.1.lag > $1.1.lag }).prefix(Self.shownShards) {
            table.add([pipeline, shard.name, HumanText.short(shard.recordsPerSecond), HumanText.grouped(shard.lag)])
        }
        let more = shards.count - Self.shownShards
        return [.blank, .table(table)] + (more > 0 ? [.line("… \(more) more shards; --json has more", .dim)] : [])
    }
}
