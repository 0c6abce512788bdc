import SluiceCore
package import SluiceServer

/// The Data Catalog, crawlers, the schema registry, jobs, triggers and workflows of Glue over the catalog of a state directory: what
/// `sluice catalog`, `sluice crawl`, `sluice schema` and `sluice runs` show.
package enum GlueService {
    /// The service for the port. Emptying the port's state leaves the catalog, which is not the port's, as it is.
    package static func make(_ home: GlueHome) -> TargetService<GlueHome> {
        TargetService(
            name: "glue", prefix: "AWSGlue", version: "1.1", failure: "InternalServiceException", bodyBytes: GlueLimits.bodyBytes,
            context: home,
            operations: operations.map { operation in
                GlueOperation(operation.name, isShort: operation.isShort) { call in
                    try call.checkAccount()
                    do {
                        return try await operation.run(call)
                    } catch let error as SluiceError {
                        throw Faults.fault(error)
                    }
                }
            }, refused: RefusedOperations.reasons, reset: { _ in }, drain: { $0.stopAll() }, close: { await $0.close() })
    }

    /// By subject, a file each.
    static let operations: [GlueOperation] = [
        Databases.operations, Tables.operations, TableVersions.operations, Partitions.operations, PartitionIndexes.operations,
        Statistics.operations, Functions.operations, Tags.operations, Crawlers.operations, CrawlHistory.operations, Registries.operations,
        Schemas.operations, SchemaVersions.operations, SchemaMetadata.operations,
        SchemaDifference.operations, CatalogFacts.operations, TableMapping.operations, Classifiers.operations, StatisticsRuns.operations,
        StatisticsSettings.operations,
        Rulesets.operations, EvaluationRuns.operations, RecommendationRuns.operations, QualityResults.operations,
        Connections.operations, ConnectionTypes.operations, Entities.operations, EntityRecords.operations,
        Jobs.operations, JobRuns.operations, JobBookmarks.operations, Triggers.operations, Workflows.operations, WorkflowRuns.operations,
        CrawlerSchedules.operations,
    ].flatMap(\.self)
}
