package import SluiceCore

/// `exec: {command: [python3, score.py], columns: {id: int64, score: float64}}`
package struct ExecStep: StepDefinition {
    package static let manual = StepManual(
        key: "exec",
        summary:
            "Sends the rows to a program on its standard input, as JSON lines or a stream of Arrow batches, and goes on with those that it writes.",
        arguments: .object([
            OptionSpecification(
                "command", .list(.string, minimum: 1), "The program and its arguments, as they are: no shell looks at them.",
                examples: ["[python3, score.py]"]),
            OptionSpecification(
                "shell", .string, "Instead of command: a line for `/bin/sh`.", examples: ["\"jq -c '{id, total: (.price * .count)}'\""]),
            OptionSpecification(
                "columns", .mapping(key: "column", .dataType, minimum: 1), isRequired: true,
                "The columns that the program writes, with their types; what a line lacks is null, what it has beside them is left out.",
                examples: ["{id: int64, score: float64}"]),
            OptionSpecification(
                "rows", .enumeration(ExecOperation.Rows.allCases.map(\.rawValue)), default: "one",
                "`one`: a line for each row, in their order; `any`: as many as it likes, also after its input has ended."),
            OptionSpecification(
                "format", .enumeration(ExecOperation.Format.allCases.map(\.rawValue)), default: "json",
                "`json`: a line for each row; `arrow`: the Arrow IPC streaming format, for `pyarrow.ipc` and others."),
            OptionSpecification(
                "timeout", .timeSpan(1_000_000...TimeSpan.maxMicros), default: "1 minute",
                "The run fails if the program does nothing for so long."),
        ]),
        notes: [
            "The program works in the definition's directory. It has to write what it knows before it waits for more: a buffer that is not flushed"
                + " (`print(…, flush=True)` in Python) makes it time out.",
            "With `format: arrow` the program has the declared columns in its batches, with these types or ones that go over into them without a"
                + " loss (docs/arrow.md), without dictionaries and compression. With `rows: one` it writes as many rows for each batch as it has read.",
            "A line that is no such row is a bad record. An exit code other than 0, or an end before the last row, fails the run with what the"
                + " program wrote last on its standard error; otherwise that becomes notices of the run.",
            "One program runs for each run, or for each epoch of an incremental or following run.",
        ],
        examples: [
            "- exec: {command: [python3, score.py], columns: {id: int64, score: float64}}",
            "- exec: {shell: \"jq -c 'select(.n > 1)'\", columns: {n: int64}, rows: any, timeout: 10 s}",
            "- exec: {command: [python3, model.py], format: arrow, columns: {id: int64, score: float64}}",
        ])

    package let location: SourceLocation?
    private let command: [String]
    private let columns: [(name: String, type: DataType, location: SourceLocation?)]
    private let rows: ExecOperation.Rows
    private let timeout: TimeSpan
    private let format: ExecOperation.Format

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        command = try Self.command(node)
        columns = try node.require("columns").mapping().map { ($0.key, try $0.value.dataType(), $0.keyLocation) }
        rows = try node[key: "rows"]?.enumeration(ExecOperation.Rows.self) ?? .one
        format = try node[key: "format"]?.enumeration(ExecOperation.Format.self) ?? .json
        timeout = try node[key: "timeout"]?.timeSpan() ?? TimeSpan(micros: 60_000_000)
    }

    private static func command(_ node: DefinitionNode) throws(SluiceError) -> [String] {
        switch (node[key: "command"], node[key: "shell"]) {
        case (let command?, nil):
            var words: [String] = []
            for item in try command.list() { words.append(try word(item)) }
            guard words.first?.isEmpty == false else { throw command.invalid("the command has no program") }
            return words
        case (nil, let shell?): return ["/bin/sh", "-c", try word(shell)]
        case (_?, let shell?): throw shell.invalid("a program is named by either command or shell", remedy: "leave out one of them")
        case (nil, nil): throw node.missing("command or shell", remedy: "for example: command: [python3, score.py]")
        }
    }

    private static func word(_ node: DefinitionNode) throws(SluiceError) -> String {
        let text = try node.string()
        guard !text.utf8.contains(0) else { throw node.invalid("an argument of a program cannot hold the character U+0000") }
        return text
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        for (name, type, place) in columns {
            if case .choice = type {
                throw SluiceError(
                    .typeError, "column \(name.quotedForMessage) cannot be a choice: a program says one type", at: place,
                    remedy: "declare one type")
            }
        }
        var operation = ExecOperation(
            command: command, directory: context.connection.directory, rows: rows, timeoutMicros: timeout.micros)
        operation.format = format
        return StepPlan(
            operation: .exec(operation), outputSchema: try Schema(columns.map { Field($0.name, $0.type) }),
            summary: command.joined(separator: " ") + (format == .json ? "" : " (\(format.rawValue))"))
    }
}
