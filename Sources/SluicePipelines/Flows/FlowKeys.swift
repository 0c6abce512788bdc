import SluiceCore

/// The keys of a flow: a definition that begins with `flow` in place of `name`, and becomes a pipeline when it is loaded.
package enum FlowKeys {
    /// The key that tells a flow from a pipeline.
    package static let flow = "flow"

    package static let all: [OptionSpecification] =
        [
            OptionSpecification(
                flow, .name, isRequired: true, "The flow's name; its runs, bookmarks and outputs are found under it.",
                examples: ["accounts"]),
            OptionSpecification("description", .string, "What the flow is for, in a sentence or two."),
            ParameterDeclaration.specification,
            OptionSpecification(
                "source", .source, isRequired: true, "Where records come from: a connector's name and its options.",
                examples: ["{salesforce: accounts, connection: acme}"]),
            OptionSpecification(
                "pull", .either([.enumeration(PullMode.allCases.map(\.rawValue)), .object(pull)]), isRequired: true,
                "Whether a run reads what the entity's cursor puts behind the last run, or everything.", examples: ["incremental"]),
            OptionSpecification(
                "tasks", .list(.anything, minimum: 0),
                "What becomes of the fields, in this order; each item is one task, or a step of pipelines."),
            OptionSpecification(
                "destination", .sink, "Where rows go: a connector's name and its options. Either this or `destinations` is required.",
                examples: ["{table: crm.accounts, keys: Id}"]),
            OptionSpecification(
                "destinations", .mapping(key: "name", .anything, minimum: 1),
                "Several destinations, each with a name: a connector's name, its options, and `when` and `tasks` of its own. All rows go to each of them."
                    + " One run commits them together."),
        ] + shared

    /// The same in flows and pipelines.
    private static let shared = PipelineLoader.keys.filter { ["on_error", "schedule", "tests"].contains($0.name) }

    /// How a run chooses its records.
    package enum PullMode: String, CaseIterable, Sendable { case incremental, full }

    /// What becomes of records that the service says are deleted.
    enum Deleted: String, CaseIterable, Sendable { case keep, drop, delete }

    static let pull = [
        OptionSpecification(
            "mode", .enumeration(PullMode.allCases.map(\.rawValue)), isRequired: true, "incremental or full.", examples: ["incremental"]),
        OptionSpecification(
            "from", .string, "Where the first window begins; with the oldest record when absent.", examples: ["\"2024-01-01\""]),
        OptionSpecification(
            "lag", .string, "How late a record may become visible: each window goes back so far. Of cursors that are numbers, a number.",
            examples: ["5 m"]),
        OptionSpecification(
            "slice_mb", .integer(1...1_024), "After how many MiB of pages rows are committed, so that a run that fails goes on behind them."
        ),
        OptionSpecification(
            "deleted", .enumeration(Deleted.allCases.map(\.rawValue)), default: Deleted.keep.rawValue,
            "Records that the service says are deleted: keep takes them as any other, drop leaves them out, delete removes their keys at the destination."
        ),
        OptionSpecification(
            "new_fields", .enumeration(["follow", "ignore"]),
            "Fields of records that the connector does not know: follow reads them as they come up, and the destinations get them. The default is follow"
                + " where all fields are mapped, and ignore otherwise."),
    ]

    /// What a destination has beside a sink's options.
    static let branch = ["when", "tasks"]
}
