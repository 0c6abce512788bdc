import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSaaS

/// Jobs of a pipeline, kept in the catalog until the pipeline's next commit.
struct CatalogJobLedger: JobLedger {
    private let catalog: Catalog
    private let pipeline: String

    init(_ context: ConnectorContext) throws(SluiceError) {
        catalog = try context.requireCatalog()
        pipeline = context.pipeline
    }

    func job(_ key: String) throws(SluiceError) -> KeptJob? {
        try catalog.serviceJob(key, of: pipeline).map { KeptJob(id: $0.id, state: $0.state, madeMicros: $0.madeMicros) }
    }

    func keep(_ key: String, _ job: KeptJob) throws(SluiceError) {
        try catalog.storeServiceJob(StoredServiceJob(id: job.id, state: job.state, madeMicros: job.madeMicros), key, of: pipeline)
    }

    func forget(_ key: String) throws(SluiceError) { try catalog.forgetServiceJob(key, of: pipeline) }
    func forget(startingWith prefix: String) throws(SluiceError) { try catalog.forgetServiceJobs(startingWith: prefix, of: pipeline) }
}
