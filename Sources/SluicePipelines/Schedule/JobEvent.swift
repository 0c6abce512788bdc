import SluiceCore

/// Something whose happening makes a job run.
package enum JobEvent: Sendable, Hashable {
    /// Files or objects (`s3://bucket/in/*.csv`) that match a pattern and are new or changed.
    case file(String)
    /// A table that has got partitions or was written.
    case table(String)
    /// A crawler that has found a change.
    case crawler(String)
    /// A stream that has got so many more records.
    case stream(String, records: Int64)
    /// A consumer group that is so many records or more behind its stream.
    case lag(stream: String, group: String, records: Int64)
    /// Somebody called the address of this name; the secret of this name signs the call.
    case webhook(String, secret: String)

    /// Names it in the ledger.
    package var key: String {
        switch self {
        case .file(let text): "file \(text)"
        case .table(let text): "table \(text)"
        case .crawler(let text): "crawler \(text)"
        case .stream(let name, let records): "stream \(name) +\(records)"
        case .lag(let stream, let group, let records): "lag \(records) of \(group) on \(stream)"
        case .webhook(let name, _): "webhook \(name)"
        }
    }

    /// Whether looking at it takes time: it is asked for beside the scheduler.
    package var isRemote: Bool {
        switch self {
        case .file(let pattern): pattern.hasPrefix("s3://")
        case .stream, .lag: true
        case .table, .crawler, .webhook: false
        }
    }

    static let specifications = [
        OptionSpecification(
            "file", .string, "A pattern of paths or objects: a run for all new and changed ones.",
            examples: ["inbox/*.csv", "s3://landing/in/*.csv"]),
        OptionSpecification("table", .string, "A table: a run when it has got partitions, or was written.", examples: ["sales.orders"]),
        OptionSpecification("crawler", .string, "A crawler: a run when it has found a change.", examples: ["lake"]),
        OptionSpecification(
            "stream", .string, "A stream: a run when it has got so many more `records`, or when a `group` has that `lag`.",
            examples: ["orders"]),
        OptionSpecification(
            "records", .integer(1...1_000_000_000_000), "With stream: how many more records make a run.", examples: ["1000"]),
        OptionSpecification("group", .string, "With stream and lag: the consumer group."),
        OptionSpecification(
            "lag", .integer(1...1_000_000_000_000),
            "With stream and group: a run when the group is so many records behind, and again when it was not between."),
        OptionSpecification(
            "webhook", .name, "A name: a run for each POST to /hooks/NAME of `sluice up --webhooks`.", examples: ["orders"]),
        OptionSpecification(
            "secret", .string, "With webhook: the secret of the state that a caller has as bearer token, or signs the body with.",
            examples: ["hook-orders"]),
    ]

    /// - Throws: `SluiceError` where the keys do not make one event.
    init(_ node: DefinitionNode) throws {
        let kinds = ["file", "table", "crawler", "stream", "webhook"].filter { node[key: $0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let value = try node[key: kind]?.string() else {
            throw node.invalid(
                "an event is one of file, table, crawler, stream and webhook", remedy: "write for example on: {file: \"inbox/*.csv\"}")
        }
        let allowed = ["stream": ["records", "group", "lag"], "webhook": ["secret"]][kind] ?? []
        for entry in try node.mapping() where entry.key != kind && !allowed.contains(entry.key) {
            throw entry.value.invalid("\(entry.key) means nothing beside \(kind)", remedy: "leave it out")
        }
        switch kind {
        case "file": self = .file(value)
        case "table": self = .table(value)
        case "crawler": self = .crawler(value)
        case "stream": self = try Self.stream(value, node)
        default:
            guard let secret = try node[key: "secret"]?.string() else {
                throw node.invalid(
                    "a webhook without a secret would let anybody start runs",
                    remedy: "set one with `sluice secrets set hook-\(value)` and name it: secret: hook-\(value)")
            }
            self = .webhook(value, secret: secret)
        }
    }

    private static func stream(_ name: String, _ node: DefinitionNode) throws -> JobEvent {
        let records = try node[key: "records"]?.integer()
        let lag = try node[key: "lag"]?.integer()
        switch (records, lag, try node[key: "group"]?.string()) {
        case (let records?, nil, nil): return .stream(name, records: Int64(records))
        case (nil, let lag?, let group?): return .lag(stream: name, group: group, records: Int64(lag))
        default:
            throw node.invalid(
                "the event of a stream has `records`, or `group` and `lag`",
                remedy: "write for example {stream: \(name), records: 1000}, or {stream: \(name), group: billing, lag: 5000}")
        }
    }
}

/// What a tick is split into: a run of each element.
package struct FanOut: Sendable, Hashable {
    /// Where elements come from.
    package enum Source: Sendable, Hashable {
        case list([String])
        /// A file with an element on each line; empty lines do not count.
        case file(String)
        /// The partitions of a table, as `day=2024-01-01/region=eu`.
        case partitions(String)
        /// A property with elements behind commas or on lines of their own.
        case property(String)
    }

    package var source: Source
    /// How many elements run side by side.
    package var parallel: Int

    static let specification = OptionSpecification(
        "each",
        .either([
            .oneOrMany(.string),
            .object([
                OptionSpecification("list", .oneOrMany(.string), "The elements."),
                OptionSpecification("file", .string, "A file with an element on each line.", examples: ["regions.txt"]),
                OptionSpecification("partitions", .string, "A table: each of its partitions.", examples: ["sales.orders"]),
                OptionSpecification("property", .string, "A property of the runs before: elements behind commas, or on lines."),
                OptionSpecification(
                    "parallel", .integer(1...ScheduleDeclarationLimits.concurrency), default: "4", "How many of them run side by side."),
            ]),
        ]), "Splits a tick into a run for each element, which {element} stands for.", examples: ["[eu, us]", "{partitions: sales.orders}"])

    init(_ node: DefinitionNode) throws {
        guard node.isMapping else {
            self.init(source: .list(try node.oneOrMany().map { try $0.string() }), parallel: Self.defaultParallel)
            return
        }
        let kinds = ["list", "file", "partitions", "property"].filter { node[key: $0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let value = node[key: kind] else {
            throw node.invalid("each has one of list, file, partitions and property", remedy: "write for example each: [eu, us]")
        }
        let source: Source =
            switch kind {
            case "list": .list(try value.oneOrMany().map { try $0.string() })
            case "file": .file(try value.string())
            case "partitions": .partitions(try value.string())
            default: .property(try value.string())
            }
        self.init(source: source, parallel: try node[key: "parallel"]?.integer() ?? Self.defaultParallel)
    }

    /// What a person reads of it: `each of eu, us`.
    package var summary: String {
        switch source {
        case .list(let list): "each of " + list.prefix(5).joined(separator: ", ") + (list.count > 5 ? ", …" : "")
        case .file(let file): "each line of \(file)"
        case .partitions(let table): "each partition of \(table)"
        case .property(let name): "each of property \(name)"
        }
    }

    package init(source: Source, parallel: Int) { (self.source, self.parallel) = (source, parallel) }

    private static let defaultParallel = 4
}

/// Who is told of what.
package struct NoticeTarget: Sendable, Hashable {
    /// How the notice reaches them.
    package enum Means: Sendable, Hashable {
        case command(String), file(String)
        /// An address that gets the notice by POST; the secret of this name signs it.
        case webhook(String, secret: String?)
    }

    package var means: Means
    package var kinds: Set<NoticeKind>

    static let specifications = [
        OptionSpecification("command", .string, "A command of the shell, with the notice as JSON on its standard input."),
        OptionSpecification("file", .string, "A file that gets the notice as a line of JSON.", examples: ["alerts.jsonl"]),
        OptionSpecification(
            "webhook", .string, "An address that gets the notice as JSON by POST, again and again until it takes it.",
            examples: ["https://hooks.example.com/alerts"]),
        OptionSpecification(
            "secret", .string, "With webhook: the secret of the state that signs the body, in the header X-Sluice-Signature."),
        OptionSpecification(
            "on", .oneOrMany(.enumeration(NoticeKind.allCases.map(\.rawValue))), default: "[failure, late, recovery]", "What is told."),
    ]

    static func means(_ node: DefinitionNode) throws -> Means {
        let kinds = ["command", "file", "webhook"].filter { node[key: $0] != nil }
        guard kinds.count == 1, let kind = kinds.first, let text = try node[key: kind]?.string() else {
            throw node.invalid(
                "a notice goes to a command, to a file or to a webhook", remedy: "write one of `command`, `file` and `webhook`")
        }
        switch kind {
        case "command": return .command(text)
        case "file": return .file(text)
        default:
            guard text.hasPrefix("http://") || text.hasPrefix("https://") else {
                throw node.invalid("the webhook \(text.quotedForMessage) is no address", remedy: "it begins with https:// or http://")
            }
            return .webhook(text, secret: try node[key: "secret"]?.string())
        }
    }
}
