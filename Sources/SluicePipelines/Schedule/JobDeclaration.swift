import SluiceCatalog
package import SluiceCore
import SluiceSchedules

/// A job as it is declared: what runs, when, and how runs are treated.
package struct JobDeclaration: Sendable {
    /// What a run does.
    package enum Work: Sendable, Hashable {
        /// The file of a definition.
        case pipeline(String)
        case crawler(String)
        /// A table that is judged by its rule sets.
        case quality(String)
        /// The file of a definition, run over the time between the tick before and this one.
        case backfill(String)
        /// A line for the shell.
        case command(String)
        /// A program and its arguments.
        case program([String])
    }

    package var name: String
    package var description: String?
    package var work: Work
    package var parameters: [String: String] = [:]
    package var environment: [String: String] = [:]
    package var rules: ScheduleDeclaration
    /// Where relative paths start, for commands and their files.
    package var directory: String
    /// Path of the file that declares it; nil of a job that was added by a command.
    package var path: String?
    package var location: SourceLocation?
    /// The text in the state that declares it; nil of one that a file declares.
    package var storedText: String?

    package init(name: String, work: Work, rules: ScheduleDeclaration, directory: String) {
        self.name = name
        self.work = work
        self.rules = rules
        self.directory = directory
    }

    /// The kind's name: `pipeline`, `command`.
    package var kind: String {
        switch work {
        case .pipeline: "pipeline"
        case .crawler: "crawler"
        case .quality: "quality"
        case .backfill: "backfill"
        case .command, .program: "command"
        }
    }

    /// What it works on, in one line.
    package var subject: String {
        switch work {
        case .pipeline(let text), .crawler(let text), .quality(let text), .backfill(let text), .command(let text): text
        case .program(let words): words.joined(separator: " ")
        }
    }

    /// Whether an attempt that was cut off has left nothing behind, so that another one may do its work: what a run of Sluice writes becomes
    /// visible at its commit.
    package var isTransactional: Bool {
        switch work {
        case .pipeline, .crawler, .quality, .backfill: true
        case .command, .program: false
        }
    }
}

extension JobDeclaration {
    private static let kinds = ["pipeline", "crawler", "quality", "backfill", "command"]

    /// The keys of a file that declares a job.
    package static let keys = [
        OptionSpecification(
            "job", .name, isRequired: true, "The job's name; its ticks and runs are kept under it.", examples: ["nightly-orders"]),
        OptionSpecification("description", .string, "What the job is for."),
        OptionSpecification("pipeline", .string, "The definition that runs.", examples: ["orders.yaml"]),
        OptionSpecification("crawler", .string, "The declared crawler that crawls.", examples: ["lake"]),
        OptionSpecification("quality", .string, "The table that is judged by its rule sets.", examples: ["sales.orders"]),
        OptionSpecification(
            "backfill", .string, "The definition that runs over the time between the tick before and this one.", examples: ["orders.yaml"]),
        OptionSpecification(
            "command", .oneOrMany(.string), "A line for the shell, or a list of a program and its arguments.",
            examples: ["./export.sh {logical_date}"]),
        OptionSpecification(
            "parameters", .mapping(key: "name", .string, minimum: 0),
            "Values for the definition's parameters. {logical_time}, {logical_date}, {previous_time}, {previous_date}, {run_id}, {job}, {element} and {property.NAME} stand for those of the run.",
            examples: ["{day: \"{logical_date}\"}"]),
        OptionSpecification(
            "environment", .mapping(key: "name", .string, minimum: 0), "Variables of its processes, with the same signs.",
            examples: ["{DAY: \"{logical_date}\"}"]),
        OptionSpecification("schedule", ScheduleKeys.shape, "When it runs, and how its runs are treated.", examples: ["30 2 * * *"]),
    ]

    /// Reads the declaration of a job from YAML.
    ///
    /// - Throws: `DefinitionErrors` with everything that is wrong.
    package init(text: String, path: String, directory: String) throws {
        if let node = DefinitionNode.json(text), let job = try? JobDeclaration(node, path: path, directory: directory) {
            self = job
            return
        }
        // With places, for what is wrong.
        try self.init(YAMLReader.read(DefinitionDocument(path: path, text: text)), path: path, directory: directory)
    }

    /// - Throws: `DefinitionErrors` with everything that is wrong.
    package init(_ root: DefinitionNode, path: String?, directory: String) throws {
        let mistakes = ValueShape.object(Self.keys).errors(in: root, connectors: ConnectorRegistry([]))
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        let found = Self.kinds.filter { root[key: $0] != nil }
        guard found.count == 1, let kind = found.first, let node = root[key: kind] else {
            let wanted = "a job has one of " + Self.kinds.joined(separator: ", ")
            if let second = found.dropFirst().first.flatMap({ root[key: $0] }) {
                throw second.invalid("the job has more than one kind of work", remedy: wanted)
            }
            throw root.missing("pipeline", remedy: wanted)
        }
        name = try root.require("job").string()
        description = try root[key: "description"]?.string()
        work = try Self.work(kind, node, directory)
        rules = try ScheduleDeclaration(root[key: "schedule"])
        self.directory = directory
        self.path = path
        location = root[key: "job"]?.location
        parameters = try Self.texts(root[key: "parameters"])
        environment = try Self.texts(root[key: "environment"])
    }

    /// The job that the `schedule` of a pipeline, or of a flow, makes.
    ///
    /// - Returns: Nil where the definition has none.
    package init?(pipeline root: DefinitionNode, path: String, directory: String) throws {
        guard let node = root[key: "schedule"] else { return nil }
        let mistakes = ScheduleKeys.shape.errors(in: node, connectors: ConnectorRegistry([]))
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        self.init(
            name: try (root[key: FlowKeys.flow] ?? root.require("name")).string(), work: .pipeline(path),
            rules: try ScheduleDeclaration(node), directory: directory)
        description = try root[key: "description"]?.string()
        self.path = path
        location = node.location
    }

    private static func work(_ kind: String, _ node: DefinitionNode, _ directory: String) throws -> Work {
        func file() throws -> String {
            let name = try node.string()
            return name.hasPrefix("/") || directory == "." ? name : directory + "/" + name
        }
        switch kind {
        case "pipeline": return .pipeline(try file())
        case "backfill": return .backfill(try file())
        case "crawler": return .crawler(try node.string())
        case "quality": return .quality(try node.string())
        default:
            if case .list(let items) = node.content { return .program(try items.map { try $0.string() }) }
            let line = try node.string()
            guard line.utf8.contains(where: { $0 > 0x20 }) else { throw node.invalid("the command is empty") }
            return .command(line)
        }
    }

    private static func texts(_ node: DefinitionNode?) throws -> [String: String] {
        var found: [String: String] = [:]
        for entry in try node?.mapping() ?? [] {
            let text = try entry.value.string()
            if let wrong = RunVariables.unknown(in: text) {
                throw entry.value.invalid(
                    "there is no {\(wrong)} of a run", remedy: Suggestion.remedy(for: wrong, in: RunVariables.names, noun: "there are"))
            }
            found[entry.key] = text
        }
        return found
    }
}

/// The signs in parameters, variables and commands that stand for something of a run.
package enum RunVariables {
    package static let names =
        [
            "logical_time", "logical_date", "previous_time", "previous_date", "run_id", "job", "attempt", "files", "element", "arguments",
        ] + port
    /// Of the port that the scheduler's process serves: its address, its account where it takes what is not signed, and its region. A variable of
    /// the environment that names what there is not is not there either.
    package static let port = ["endpoint", "account", "region"]
    /// In a command: the parameters, as `--name value` each; a name that begins with a dash stays as it is. As an element of a list it becomes as many words as they are.
    package static let arguments = "{arguments}"
    /// Before the name of a property that jobs before this one have told.
    package static let propertyPrefix = "property."

    /// A name in braces that is none of a run: letters and `_` alone, so that braces of a shell or of JSON stay what they are.
    package static func unknown(in text: String) -> String? {
        parts(text).first { $0.isVariable && !names.contains($0.text) && !$0.text.hasPrefix(propertyPrefix) }?.text
    }

    /// The text with values in place of the signs.
    ///
    /// - Parameter missing: What stands for a property that was not told.
    package static func replaced(_ text: String, _ values: [String: String], else missing: String) -> String {
        parts(text).map { part in
            guard part.isVariable else { return part.text }
            return values[part.text] ?? (part.text.hasPrefix(propertyPrefix) ? missing : "{\(part.text)}")
        }.joined()
    }

    /// The text in order, as names in braces that stand for something and what is between them.
    package static func parts(_ text: String) -> [(text: String, isVariable: Bool)] {
        var found: [(text: String, isVariable: Bool)] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            let inner = rest[rest.index(after: open)...]
            let isProperty = inner.hasPrefix(propertyPrefix)
            let name = inner.prefix { sign in
                sign == "_"
                    || sign.isASCII && (sign.isLowercase || isProperty && (sign.isLetter || sign.isNumber || sign == "." || sign == "-"))
            }
            let isClosed = name.endIndex < rest.endIndex && rest[name.endIndex] == "}" && !name.isEmpty
            // `${name}` is the shell's.
            let isShell = open > rest.startIndex && rest[rest.index(before: open)] == "$"
            if isClosed, !isShell {
                found.append((String(rest[..<open]), false))
                found.append((String(name), true))
                rest = rest[rest.index(after: name.endIndex)...]
            } else {
                found.append((String(rest[...open]), false))
                rest = rest[rest.index(after: open)...]
            }
        }
        found.append((String(rest), false))
        return found
    }
}
