import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluiceExpressions
import SluiceLog
import SluicePipelines

/// Runs one test with the real engine, in a state directory of its own that is gone behind it.
struct TestRun: Sendable {
    let test: PipelineTest
    let mode: PipelineTest.Mode
    /// The definition's file, and that of the test.
    let definition: String
    let file: String
    let jobs: Jobs

    /// - Throws: what has nothing to do with the test, such as a full disk; everything else is a problem of the outcome.
    func outcome() async throws -> TestOutcome {
        var outcome = TestOutcome(test: test, mode: mode, file: file, pipeline: definition)
        do {
            let clock = test.nowMicros.map { now in WallClock { now } } ?? .system
            outcome.result = try await EvaluationClock.$current.withValue(clock) { try await run(clock) }
        } catch {
            guard !(error is CancellationError), let errors = DefinitionErrors.list(error) else { throw error }
            if let expected = test.expectation?.error {
                if !expected.matches(errors) { outcome.problems.append(.otherError(expected: expected, found: errors)) }
            } else {
                outcome.problems.append(.failed(errors))
            }
            return outcome
        }
        if let result = outcome.result { outcome.problems = try problems(of: result) }
        return outcome
    }

    // MARK: The run

    private func run(_ clock: WallClock) async throws -> TestOutcome.Result {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let home = scratch.path + "/home"
        let catalog = try Catalog(home: home, clock: clock)
        defer { try? catalog.close() }
        let store = StreamStore(directory: home + "/streams")
        let stage = TestStage(
            test, connectors: Invocation.current.connectors, store: store, directory: scratch.path + "/inputs",
            base: DiskFiles.parent(of: file))
        let definition = try load(stage)
        for table in test.tables {
            try catalog.putTable(
                TableDefinition(name: table.name, columns: table.columns, location: "\(scratch.path)/tables/\(table.name)", format: "csv"))
        }
        let names: [String?] = definition.outputs.contains { !$0.isSide } ? [] : [nil]
        let collections = (names + definition.outputs.map(\.name)).map { (name: $0, rows: CollectedRows()) }
        let bench = Bench(
            definition: definition, catalog: catalog, streams: store, home: home,
            context: PlanContext(
                connectors: .collecting(
                    into: Dictionary(collections.map { ($0.name ?? "", $0.rows) }, uniquingKeysWith: { first, _ in first })),
                connection: ConnectorContext(
                    catalog: catalog, streams: store, pipeline: definition.name, directory: definition.directory, home: home),
                closures: jobs.registry))
        var schemas: [Schema] = []
        switch mode {
        case .batch:
            try await stage.put(0..<stage.pieceCount)
            schemas = try await bench.runWhole()
        case .epochs:
            for piece in 0..<stage.pieceCount {
                try await stage.put(piece..<(piece + 1))
                schemas = try await bench.runPiece()
            }
        }
        let outputs = zip(collections, schemas).map { collection, schema in
            TestOutcome.Output(name: collection.name, schema: schema, rows: collection.rows.values)
        }
        return TestOutcome.Result(outputs: outputs, deadLetters: try Self.deadLetters(home, definition.name))
    }

    private func load(_ stage: TestStage) throws -> PipelineDefinition {
        let variables = test.environment
        var inputs = DefinitionInputs(
            parameters: test.parameters, environment: { variables[$0] ?? Environment.value($0) },
            // A test must not depend on what somebody keeps secret.
            secrets: SecretSource(value: { "secret:" + $0 }, names: { [] }))
        inputs.adapt = { try stage.adapt($0) }
        var definition = try PipelineLoader.load(path: definition, connectors: Invocation.current.connectors, inputs: inputs)
        try checkOutputs(of: definition)
        definition.sink = Self.collected(definition.sink, as: nil)
        // What is written for good elsewhere is looked at here.
        for index in definition.outputs.indices {
            definition.outputs[index].sink = Self.collected(definition.outputs[index].sink, as: definition.outputs[index].name)
        }
        definition.isIncremental = false
        definition.errorPrefix = nil
        // What is only counted elsewhere is looked at here.
        if definition.onError == .skip { definition.onError = .deadLetter }
        return definition
    }

    private static func collected(_ end: EndDefinition, as name: String?) -> EndDefinition {
        let options = name.map { [(CollectedRows.connectorName, DefinitionNode.text($0))] } ?? []
        return EndDefinition(connector: CollectedRows.connectorName, options: OptionValues(options), location: end.location)
    }

    /// - Throws: `notFound` for expected rows of an output that the definition has not, with the near name.
    private func checkOutputs(of definition: PipelineDefinition) throws(SluiceError) {
        guard let expectation = test.expectation else { return }
        let names = definition.outputs.map(\.name)
        for output in expectation.outputs where !names.contains(output.name) {
            throw SluiceError(
                .notFound, "the pipeline has no output \(output.name.quotedForMessage)", at: output.location,
                remedy: Suggestion.remedy(for: output.name, in: names, noun: "its outputs")
                    ?? "it has one sink, whose rows are expected under `rows`")
        }
        if let rows = expectation.sink.rows, definition.outputs.contains(where: { !$0.isSide }) {
            throw SluiceError(
                .invalidOption, "the pipeline has routes, so nothing is \"the\" sink that `rows` could mean", at: rows.keyLocation,
                remedy: "say under `outputs:` what reaches each: " + names.joined(separator: ", "))
        }
    }

    /// What runs of a test share.
    private struct Bench {
        let definition: PipelineDefinition
        let catalog: Catalog
        let streams: StreamStore
        let home: String
        let context: PlanContext

        /// - Returns: The schemas of the outputs' rows, in the plan's order.
        func runWhole() async throws -> [Schema] {
            let plan = try await Planner.plan(definition, in: context)
            _ = try await PipelineRunner(catalog: catalog, streams: streams, home: home).run(plan)
            return plan.outputs.map(\.outputSchema)
        }

        func runPiece() async throws -> [Schema] {
            // Planned anew, as each run of a pipeline is: sources that were opened know what there was then.
            let fresh = PlanContext(connectors: context.connectors, connection: context.connection, closures: context.closures)
            let plan = try await Planner.plan(definition, in: fresh)
            let runner = EpochRunner(catalog: catalog, streams: streams, home: home, follow: FollowOptions(follows: false))
            _ = try await runner.run(plan)
            return plan.outputs.map(\.outputSchema)
        }
    }

    private static func deadLetters(_ home: String, _ pipeline: String) throws -> [DeadLetterArchive.Letter] {
        let archive = DeadLetterArchive(home: home)
        var letters: [DeadLetterArchive.Letter] = []
        for file in try archive.files(of: pipeline) {
            try archive.forEachLetter(in: file) { letter in
                letters.append(letter)
                return true
            }
        }
        return letters
    }

    // MARK: What was expected

    private func problems(of result: TestOutcome.Result) throws -> [TestOutcome.Problem] {
        guard let expectation = test.expectation, !expectation.isEmpty else { return [.nothingExpected] }
        if let error = expectation.error { return [.otherError(expected: error, found: [])] }
        var problems: [TestOutcome.Problem] = []
        for output in result.outputs {
            guard let expected = expectation.rows(of: output.name), let rows = expected.rows else { continue }
            let difference = RowDifference(try ExpectedTable(rows), expected, output.schema, output.rows)
            if !difference.isEmpty { problems.append(.rows(output: output.name, difference)) }
        }
        let letters = try ExpectedLetters.difference(expectation.deadLetters, result.deadLetters)
        if !letters.missing.isEmpty || !letters.unexpected.isEmpty {
            problems.append(.deadLetters(missing: letters.missing, unexpected: letters.unexpected))
        }
        return problems
    }
}

extension CollectedRows {
    /// All values, row by row.
    fileprivate var values: [[Value]] { rows.flatMap { batch in (0..<batch.rowCount).map { row in batch.columns.map { $0[row] } } } }
}
