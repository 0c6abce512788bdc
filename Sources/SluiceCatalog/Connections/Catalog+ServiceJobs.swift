import GRDB
package import SluiceCore

/// A job that a service does for a pipeline.
package struct StoredServiceJob: Hashable, Sendable {
    /// As the service calls it.
    package var id: String
    package var state: String
    /// Microseconds since 1970.
    package var madeMicros: Int64

    package init(id: String, state: String, madeMicros: Int64) {
        self.id = id
        self.state = state
        self.madeMicros = madeMicros
    }
}

/// Jobs that a pipeline has made since its last commit: a run that is cut off leaves them for the next one, and a commit, which has what they
/// brought or sent, forgets them in its transaction.
extension Catalog {
    static let serviceJobTables = """
        CREATE TABLE service_jobs (
            pipeline TEXT NOT NULL, purpose TEXT NOT NULL, job TEXT NOT NULL, state TEXT NOT NULL, made INTEGER NOT NULL,
            PRIMARY KEY (pipeline, purpose)) WITHOUT ROWID;
        """

    /// Nil where there is none for the purpose.
    package func serviceJob(_ purpose: String, of pipeline: String) throws(SluiceError) -> StoredServiceJob? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM service_jobs WHERE pipeline = ? AND purpose = ?", arguments: [pipeline, purpose])
                .map { StoredServiceJob(id: $0["job"], state: $0["state"], madeMicros: $0["made"]) }
        }
    }

    /// Keeps a job, in place of one for the same purpose.
    package func storeServiceJob(_ job: StoredServiceJob, _ purpose: String, of pipeline: String) throws(SluiceError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO service_jobs (pipeline, purpose, job, state, made) VALUES (?, ?, ?, ?, ?)",
                arguments: [pipeline, purpose, job.id, job.state, job.madeMicros])
        }
    }

    package func forgetServiceJob(_ purpose: String, of pipeline: String) throws(SluiceError) {
        try write { db in
            try db.execute(sql: "DELETE FROM service_jobs WHERE pipeline = ? AND purpose = ?", arguments: [pipeline, purpose])
        }
    }

    package func forgetServiceJobs(startingWith prefix: String, of pipeline: String) throws(SluiceError) {
        try write { db in
            try db.execute(
                sql: "DELETE FROM service_jobs WHERE pipeline = ? AND substr(purpose, 1, length(?)) = ?",
                arguments: [pipeline, prefix, prefix])
        }
    }

    /// What a run's pipeline has made until its commit is done with.
    static func forgetServiceJobs(of run: RunID, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "DELETE FROM service_jobs WHERE pipeline = (SELECT pipeline FROM runs WHERE id = ?)", arguments: [run.text])
    }
}
