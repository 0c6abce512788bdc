import SluiceTestKit
import Testing

/// The schema that `sluice schema pipeline` or `sluice schema flow` prints, asked through Python's packages jsonschema and yaml.
struct JSONSchema {
    private let directory: TemporaryDirectory

    /// A Python that has what is needed; nil where none has.
    static let python: String? = ["python3", "/usr/bin/python3"].first { InstalledProgram.succeeds($0, ["-c", "import jsonschema, yaml"]) }

    /// - Throws: when the program does not print it.
    init(_ kind: String = "pipeline") async throws {
        directory = try TemporaryDirectory()
        let result = try await Command(try BuiltProgram.sluice(), ["schema", kind]).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        try directory.write("schema.json", result.output)
        try directory.write("check.py", Self.program)
    }

    /// What the schema says against a definition; nil if it accepts it.
    func problem(with definition: String) async throws -> String? {
        let command = Command(
            Self.python ?? "python3", [directory.path("check.py"), directory.path("schema.json")], input: .text(definition))
        let result = try await command.run()
        try #require(result.exitCode == 0 || result.exitCode == 3, "\(result.transcript)")
        return result.exitCode == 0 ? nil : result.output
    }

    /// Reads YAML as version 1.2 and editors do: `on` is a text, and so is a date.
    private static let program = """
        import json, re, sys, jsonschema, yaml

        class Loader(yaml.SafeLoader):
            pass

        Loader.yaml_implicit_resolvers = {
            first: [(tag, pattern) for tag, pattern in known if tag.rpartition(":")[2] not in ("bool", "timestamp")]
            for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }
        Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))

        validator = jsonschema.Draft202012Validator
        schema = json.load(open(sys.argv[1]))
        validator.check_schema(schema)
        errors = list(validator(schema).iter_errors(yaml.load(sys.stdin, Loader)))
        print("\\n".join(f"{list(error.path)}: {error.message[:300]}" for error in errors))
        sys.exit(3 if errors else 0)
        """
}
