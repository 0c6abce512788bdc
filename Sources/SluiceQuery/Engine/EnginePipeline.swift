import SluiceCore
import SluicePipelines

/// What the engine does for a query or for a part of one: the rows of a table, and steps behind it.
struct EnginePipeline: Sendable {
    let table: QueryTable
    private(set) var steps: [any StepDefinition] = []
    /// Of the rows behind the steps.
    private(set) var schema: Schema
    /// Rows that it may have: which side of a join is kept.
    var rowCount: Double
    /// Whether it has one row, whatever is read.
    var hasOneRow = false

    init(_ table: QueryTable) {
        self.table = table
        schema = table.schema
        rowCount = Double(table.rowCount)
    }

    /// Adds a step.
    ///
    /// - Throws: `LeftToSQLite` where the engine cannot do it with these columns.
    mutating func add(_ step: any StepDefinition, in context: PlanContext) async throws {
        do {
            let plan = try await step.plan(schema, in: context)
            schema = ([plan] + plan.following).last?.outputSchema ?? schema
        } catch let error as SluiceError where error.code.category == .definition {
            throw LeftToSQLite(error.message)
        } catch let errors as DefinitionErrors {
            throw LeftToSQLite(errors.errors.first?.message ?? "a step that cannot be planned")
        }
        steps.append(step)
    }

    /// Adds a statement of the step `sql`.
    mutating func add(_ statement: String, in context: PlanContext) async throws {
        let step: SQLStep
        do {
            step = try SQLStep(from: .text(statement))
        } catch let error as SluiceError {
            throw LeftToSQLite(error.message)
        }
        try await add(step, in: context)
    }
}

/// What planning and running the parts of a query need.
struct EngineSetting: Sendable {
    let resolver: TableResolver
    let options: QueryOptions
    /// What is read beside the first table of the query.
    let figures: QueryFigures
    let parts = QueryParts()

    /// The text of the query, for records of runs.
    let text: String

    func context(_ connectors: [any Connector] = []) -> PlanContext {
        PlanContext(
            connectors: ConnectorRegistry(connectors + resolver.connectors.connectors),
            connection: ConnectorContext(
                catalog: resolver.catalog, streams: resolver.streams, pipeline: "query", directory: resolver.directory, home: resolver.home)
        )
    }

    /// Connectors of what a pipeline reads.
    func connectors(of pipeline: EnginePipeline) -> [any Connector] { QueryParts.kinds.map { PartConnector($0, pipeline.table, parts) } }

    /// Plans a pipeline into a sink.
    ///
    /// - Parameters:
    ///   - name: Of the pipeline.
    ///   - steps: Behind its own.
    ///   - sink: One of `connectors`.
    func plan(
        _ pipeline: EnginePipeline, name: String = "query", then steps: [any StepDefinition] = [], to sink: EndDefinition,
        _ connectors: [any Connector]
    ) async throws -> LogicalPlan {
        let definition = PipelineDefinition(
            name: name, source: QueryParts.end(pipeline.table), steps: pipeline.steps + steps, sink: sink, onError: options.onError,
            text: text, directory: resolver.directory)
        return try await Planner.plan(definition, in: context(connectors))
    }
}
