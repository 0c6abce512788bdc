/// How a service takes many records of an entity at once: a file of CSV that a job of the service reads.
package struct JobLoad: Sendable {
    /// The body of the request that makes a job, by what becomes of the records; `{key}` is the column that tells them apart.
    package var bodies: [ServiceEntity.Write: TemplateText]
    package var create: TemplateText
    /// Where the answer has the job's id.
    package var id: [String]
    package var upload: TemplateText
    package var close: JobRead.Call
    package var abort: JobRead.Call
    package var status: TemplateText
    package var state: [String]
    /// States of a job that still takes its file.
    package var open: Set<String>
    package var done: Set<String>
    package var failed: Set<String>
    package var message: [String]
    /// Where rows are that the service refused, with the reason in a column of its own.
    package var refused: TemplateText
    package var reason: String
    /// Where the job's state says how many these are.
    package var refusedCount: [String]
    /// Where rows are of which nothing became, because the job ended before it came to them.
    package var unprocessed: TemplateText
    /// The text that clears a field of a record that there is.
    package var nulls: String
    /// Bytes of a file at most.
    package var bytes: Int
    /// Rows from which on a job is taken instead of a request for each.
    package var threshold: Int
}
