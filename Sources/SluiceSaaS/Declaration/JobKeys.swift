import SluicePipelines

/// The keys of a job in a connector's declaration.
enum JobKeys {
    private static let texts = ValueShape.mapping(key: "name", .string, minimum: 0)

    static let job = [
        OptionSpecification("create", .object(call), isRequired: true, "The request that makes a job."),
        OptionSpecification("id", .string, isRequired: true, "Where its answer has the job's id."),
        OptionSpecification("start", .object(call), "The request that starts it; {job} is its id."),
        OptionSpecification("status", .string, isRequired: true, "The path that tells how far it is."),
        OptionSpecification("state", .string, isRequired: true, "Where the answer has the state."),
        OptionSpecification("done", .oneOrMany(.string), isRequired: true, "States of a job that has done its work."),
        OptionSpecification("failed", .oneOrMany(.string), "States of one that will never."),
        OptionSpecification("waiting", .oneOrMany(.string), "States of one that has to be started."),
        OptionSpecification("message", .string, "Where the answer says why it failed."),
        OptionSpecification("results", .object(results), isRequired: true, "How the rows are fetched."),
        OptionSpecification("estimate", .object(estimate), "A request that tells how many records there are."),
        OptionSpecification(
            "threshold", .integer(1...1_000_000_000), default: "50000",
            "Records from which on a job is taken in place of pages, where `bulk` is auto."),
        OptionSpecification(
            "span", .timeSpan(1_000_000...86_400_000_000 * 366),
            "The longest stretch of the cursor that a job may ask for, up to {until}; more is asked for by several jobs.",
            examples: ["31 d"]),
        OptionSpecification("limits", .list(.object(ServiceKeys.limit), minimum: 1), "Limits of these requests, beside the account's."),
    ]

    private static let call = [
        OptionSpecification("method", .enumeration(["POST", "PUT", "PATCH"]), default: "POST", "The method."),
        OptionSpecification("path", .string, isRequired: true, "The path behind the service's address."),
        OptionSpecification(
            "body", .string, "The body, JSON: {since}, {fields} and settings are filled in, {quoted_fields} with quotes around each name."),
    ]

    private static let results = [
        OptionSpecification("path", .string, isRequired: true, "The path of the results; {job} is the job's id."),
        OptionSpecification("query", texts, "Parameters: {limit} is the size of a page."),
        OptionSpecification("size", .integer(1...1_000_000), default: "50000", "Rows of a page."),
        OptionSpecification("next", .string, "The header that leads to the next page."),
        OptionSpecification("end", .string, default: "\"\"", "What it says on the last page."),
        OptionSpecification("parameter", .string, "The parameter that takes it."),
        OptionSpecification("count", .string, "The header that says how many rows a page has."),
        OptionSpecification("ranges", .boolean, default: "false", "Whether there is one file, which is fetched in ranges of bytes."),
        OptionSpecification("nulls", .oneOrMany(.string), default: "\"\"", "Texts that mean null."),
    ]

    private static let estimate = [
        OptionSpecification("path", .string, isRequired: true, "The path."),
        OptionSpecification("query", texts, "Parameters."),
        OptionSpecification("count", .string, isRequired: true, "Where the answer has the count."),
    ]

    static let load = [
        OptionSpecification(
            "bodies", .mapping(key: "create, update, upsert or delete", .string, minimum: 1), isRequired: true,
            "The body of the request that makes a job, JSON; {key} is the column that tells records apart."),
        OptionSpecification("create", .string, isRequired: true, "The path that makes a job."),
        OptionSpecification("id", .string, isRequired: true, "Where its answer has the job's id."),
        OptionSpecification("upload", .string, isRequired: true, "The path that takes the file; {job} is the job's id."),
        OptionSpecification("close", .object(call), isRequired: true, "The request that says that the file is whole."),
        OptionSpecification("abort", .object(call), isRequired: true, "The request that gives up a job."),
        OptionSpecification("status", .string, isRequired: true, "The path that tells how far it is."),
        OptionSpecification("state", .string, isRequired: true, "Where the answer has the state."),
        OptionSpecification("open", .oneOrMany(.string), isRequired: true, "States of a job that still takes its file."),
        OptionSpecification("done", .oneOrMany(.string), isRequired: true, "States of one that has done its work."),
        OptionSpecification("failed", .oneOrMany(.string), isRequired: true, "States of one that ended early."),
        OptionSpecification("message", .string, "Where the answer says why."),
        OptionSpecification("refused", .string, isRequired: true, "The path of rows that the service refused."),
        OptionSpecification("refused_count", .string, "Where the state says how many these are."),
        OptionSpecification("reason", .string, isRequired: true, "The column of these that has the reason."),
        OptionSpecification("unprocessed", .string, isRequired: true, "The path of rows that the job did not come to."),
        OptionSpecification(
            "nulls", .string, default: "\"\"", "The text that clears a field, in updates and upserts.", examples: ["\"#N/A\""]),
        OptionSpecification("bytes", .integer(1_000...1_000_000_000), default: "33554432", "Bytes of a file at most."),
        OptionSpecification(
            "threshold", .integer(1...1_000_000), default: "1000",
            "Rows from which on a job is taken in place of requests, where `bulk` is auto."),
    ]
}
