package import SluiceCore
package import SluiceHTTP

/// How a service is asked to write many records of an entity into files of CSV, which are fetched when it has done so.
package struct JobRead: Sendable {
    /// One request of a job's life.
    package struct Call: Sendable {
        package var method: String
        package var path: TemplateText
        /// JSON; values are escaped as its texts need.
        package var body: TemplateText?
    }

    /// How the rows are fetched.
    package struct Results: Sendable {
        package var path: TemplateText
        package var parameters: [(name: String, value: TemplateText)]
        /// Rows of a page.
        package var size: Int
        /// The header that leads to the next page, what it says on the last one, and the parameter that takes it.
        package var next: (header: String, end: String, parameter: String)?
        /// The header that says how many rows a page has.
        package var countHeader: String?
        /// Whether there is one file, which is fetched in ranges of bytes.
        package var isFile: Bool
        /// Bytes of a range.
        package var rangeBytes = SaaSLimits.rangeBytes
        /// Texts that mean null.
        package var nulls: [String]
    }

    /// A small request that tells how many records a job would bring.
    package struct Estimate: Sendable {
        package var path: TemplateText
        package var parameters: [(name: String, value: TemplateText)]
        package var count: [String]
    }

    package var create: Call
    /// Where the answer has the job's id.
    package var id: [String]
    /// What starts a job that was made; nil where making it starts it.
    package var start: Call?
    package var status: TemplateText
    package var state: [String]
    package var done: Set<String>
    package var failed: Set<String>
    /// States of a job that still has to be started.
    package var waiting: Set<String>
    /// Where the state says why the job failed.
    package var message: [String]
    package var results: Results
    package var estimate: Estimate?
    /// The longest stretch of the cursor, in microseconds, that one job may ask for: more is asked for by several, one after another.
    package var spanMicros: Int64?
    /// Records from which on a job is taken instead of pages.
    package var threshold: Int
    package var limits: [RateRule]
}

/// How far the results of a job were read.
package struct JobPosition: Codable, Hashable, Sendable {
    package internal(set) var id: String
    /// What leads to the next page; nil for the first.
    var next: String?
    /// Rows of the pages before it.
    package internal(set) var rows = 0
    /// The line of CSV that names the columns, for pages that do not repeat it.
    var header: String?
    /// Where the stretch of the job ends, and the next one begins; nil for the last.
    var until: Int64?

    init(id: String, until: Int64?) {
        self.id = id
        self.until = until
    }
}

/// Keeps which jobs were made, so that whoever comes after a crash goes on with them instead of making others.
package protocol JobLedger: Sendable {
    /// - Parameter key: What the job is for: the same for the same work of the same pipeline.
    func job(_ key: String) throws(SluiceError) -> KeptJob?
    /// Durable on return.
    func keep(_ key: String, _ job: KeptJob) throws(SluiceError)
    func forget(_ key: String) throws(SluiceError)
    /// Forgets all whose keys begin so.
    func forget(startingWith prefix: String) throws(SluiceError)
}

/// A job as the ledger has it.
package struct KeptJob: Hashable, Sendable {
    package var id: String
    /// How far it has come, in words of whoever keeps it.
    package var state: String
    /// Microseconds since 1970.
    package var madeMicros: Int64

    package init(id: String, state: String, madeMicros: Int64) {
        self.id = id
        self.state = state
        self.madeMicros = madeMicros
    }
}
