import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines

struct TapCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "tap", abstract: "Look at rows while they go into and come out of a step.",
            discussion: """
                Of a pipeline that runs in this state directory, the rows that pass from now on; the run goes on as it is. Where none runs, \
                the definition is run over the first rows of its source, without its sink and without a record.

                Examples:
                  \(program) tap clicks 2
                  \(program) tap pipelines/delayed-flights.yaml join --limit 3 --json
                """)
    }

    @Argument(
        help: ArgumentHelp("A running pipeline's name, or a definition.", valueName: "pipeline"),
        completion: .file(extensions: ["yaml", "yml"])) var name: String
    @Argument(help: "The step: its number, its key where there is one of it, or both as plans show it.") var step: String
    @Option(help: "Rows of each side; 0: until stopped.") var limit = 20
    @Option(help: ArgumentHelp("Where none runs: rows of the source to read.", valueName: "count")) var sample = 10_000
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (0...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 0 to 100000") }
        guard (1...10_000_000).contains(sample) else { throw ValidationError("--sample takes a number from 1 to 10000000") }
        if limit == 0, output.json { throw ValidationError("--json prints one document at the end; give it a --limit") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        var runs = try LiveDirectory(home: session.home).running()
        var definition: PipelineDefinition?
        if !runs.contains(where: { $0.pipeline == name }) {
            definition = try self.definition(session, running: runs.map(\.pipeline))
        }
        let pipeline = definition?.name ?? name
        runs.removeAll { $0.pipeline != pipeline }
        let printer = TapPrinter(console: session.console, isQuiet: output.json)
        do {
            if let run = runs.first {
                let step = try StepName.find(step, in: run.steps.map(\.name))
                try await live(run, step, session, printer)
            } else if let definition {
                try await sampled(definition, session, printer)
            }
        } catch is CancellationError where !output.json {
            // Ctrl-C ends the looking, which has printed all that it saw.
        }
        if output.json { session.console.out.write(printer.document(pipeline: pipeline, step: step, isLive: !runs.isEmpty)) }
        return .streamed(.done)
    }

    /// - Throws: `notFound` with the near name among running pipelines, where the argument is no definition either.
    private func definition(_ session: Session, running: [String]) throws -> PipelineDefinition {
        do {
            return try session.definition(name, parameters.given)
        } catch let error as SluiceError where error.code == .fileNotFound && !name.contains("/") && !name.contains(".") {
            throw SluiceError(
                .notFound, "no pipeline \(name.quotedForMessage) is running, and there is no such definition",
                remedy: Suggestion.remedy(for: name, in: running, noun: "running pipelines")
                    ?? "name the definition's file: it is run over the first rows of its source")
        }
    }

    /// Rows of a run of another process.
    private func live(_ run: LiveFigures, _ step: Int, _ session: Session, _ printer: TapPrinter) async throws {
        let (home, limit) = (session.home, limit)
        if !output.json { session.console.notice("rows of \(run.steps[step].name) of the running pipeline \(run.pipeline)") }
        try await Interruption.cancelling {
            let client = try TapClient(run, home: home, TapRequest(step: step, limit: limit == 0 ? .max : limit))
            while true {
                for line in try client.next() { printer.show(line) }
                if limit > 0, printer.counts.allSatisfy({ $0 >= limit }) { return }
                guard run.process.isRunning, try LiveDirectory(home: home).running().contains(where: { $0.process == run.process }) else {
                    for line in try client.next() { printer.show(line) }
                    return
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Rows of a run over the first rows of the source, which leaves nothing.
    private func sampled(_ definition: PipelineDefinition, _ session: Session, _ printer: TapPrinter) async throws {
        var plan = try await session.plan(definition)
        let index = try StepName.find(step, in: plan.steps.map(\.name))
        if !output.json {
            session.console.notice(
                "\(definition.name) does not run; these are of the first \(HumanText.grouped(Int64(sample))) rows of its source")
        }
        plan.source.source = SampledSource(plan.source.source, rows: sample)
        plan.stream = nil
        for index in plan.outputs.indices { plan.outputs[index].sink = DiscardedRows() }
        let progress = RunProgress()
        let tap = progress.taps.add(step: index, limit: limit == 0 ? .max : limit)
        let runner = ConversionRunner(streams: session.streams, options: RunOptions(width: 1))
        try await Interruption.cancelling { [plan] in
            let scratch = try ScratchDirectory()
            defer { scratch.remove() }
            let showing = Task {
                while !Task.isCancelled {
                    for row in progress.taps.take(tap).rows { printer.show(row) }
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            defer { showing.cancel() }
            let running = Task { try await runner.run(plan, deadLetters: scratch.path + "/letters", progress: progress) }
            defer { running.cancel() }
            let watching = Task {
                while !Task.isCancelled, !progress.taps.isDone(tap) { try? await Task.sleep(for: .milliseconds(20)) }
                running.cancel()
            }
            defer { watching.cancel() }
            let ended = await withTaskCancellationHandler {
                await running.result
            } onCancel: {
                running.cancel()
            }
            showing.cancel()
            await showing.value
            for row in progress.taps.take(tap).rows { printer.show(row) }
            // All rows that were wanted are there: that the rest was not read is as it should be.
            if case .failure(let error) = ended, !progress.taps.isDone(tap) { throw error }
        }
    }
}

/// A step as a person names it.
enum StepName {
    /// - Parameter names: As plans have them: `2 filter`.
    /// - Returns: its index.
    /// - Throws: `notFound` with the near name; `invalidOption` for a key that several steps have.
    static func find(_ text: String, in names: [String]) throws(SluiceError) -> Int {
        if let index = names.firstIndex(of: text) { return index }
        if let number = Int(text), let index = names.firstIndex(where: { $0.hasPrefix("\(number) ") }) { return index }
        let those = names.indices.filter { names[$0].split(separator: " ").dropFirst().first.map(String.init) == text }
        if those.count == 1 { return those[0] }
        guard those.isEmpty else {
            throw SluiceError(
                .usage, "several steps are called \(text.quotedForMessage)",
                remedy: "give the number: " + those.map { names[$0] }.joined(separator: ", "))
        }
        throw SluiceError(
            .notFound, "there is no step \(text.quotedForMessage)",
            remedy: Suggestion.remedy(
                for: text, in: names + names.compactMap { $0.split(separator: " ").last.map(String.init) }, noun: "steps")
                ?? "the pipeline has no steps")
    }
}
