import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@Suite struct ParameterTests {
    private static let declared = """
        name: test
        parameters:
          carrier: {default: UA}
          delay: {type: integer, default: 15, description: Minutes.}
          share: {type: number, default: 0.5}
          day: {type: date, default: 2024-03-01}
          at: {type: timestamp, default: "2024-03-01T12:00:00Z"}
          wait: {type: duration, default: 90 s}
          all: {type: boolean, default: false}

        """

    private func load(_ body: String, _ given: [(String, String)] = [], secrets: [String: String] = [:]) throws -> PipelineDefinition {
        let inputs = DefinitionInputs(
            parameters: given.map { GivenParameter(name: $0, text: $1, location: .file(path: "--param \($0)")) },
            environment: { ["USER_DIR": "data: {x}"][$0] },
            secrets: SecretSource(value: { secrets[$0] }, names: { secrets.keys.sorted() }))
        return try PipelineLoader.load(
            text: Self.declared + body, path: "p.yaml", directory: ".", connectors: TestConnectors.registry, inputs: inputs)
    }

    private func load(source: String, _ given: [(String, String)] = [], more: String = "") throws -> PipelineDefinition {
        try load("source: {files: \(source)}\nsink: {table: t}\n" + more, given)
    }

    private func failures(_ body: String, _ given: [(String, String)] = []) -> [String] {
        do {
            _ = try load(body, given)
            return []
        } catch {
            return (DefinitionErrors.list(error) ?? []).map { "\($0.brief) \($0.message); \($0.remedy ?? "")" }
        }
    }

    @Test(
        "a reference stands for its value, and what looks like one can be written",
        arguments: [
            (#""in/${carrier}.csv""#, "in/UA.csv"), (#""${carrier}-${delay}""#, "UA-15"), ("'${day}'", "2024-03-01"),
            (#""$${carrier}""#, "${carrier}"), (#""$$${carrier}""#, "$${carrier}"), (#""a$b $ {x}""#, "a$b $ {x}"),
            (#""a${delay}""#, "a15"), (#""${env:USER_DIR}""#, "data: {x}"), (#""${sql:carrier}""#, "'UA'"),
            (#""${sql:day}""#, "DATE '2024-03-01'"),
            (#""${sql:at}""#, "TIMESTAMPTZ '2024-03-01T12:00:00Z'"), (#""${sql:delay}""#, "15"),
            (#""${sql:wait}""#, "INTERVAL '90 seconds 0 microseconds'"),
        ] as [(String, String)])
    func substitution(_ written: String, _ value: String) throws {
        #expect(try load(source: written).source.options.string("files") == value)
    }

    @Test("a value is a scalar, whatever signs of YAML or of SQL it has")
    func injection() throws {
        for text in ["x}\nsink: {table: u}", "[a, b]", "null", "*a", "'", "true", "# no comment", ""] {
            let definition = try load(source: "\"${carrier}\"", [("carrier", text)])
            #expect(try definition.source.options.string("files") == text)
        }
        let quoted = try load(source: "\"${sql:carrier}\"", [("carrier", "x' OR '1'='1")])
        #expect(try quoted.source.options.string("files") == "'x'' OR ''1''=''1'")
    }

    @Test("a whole value is a number or a boolean where its parameter is one, and else a text")
    func numbers() throws {
        #expect(
            try load(source: "a", [("delay", "3")], more: "stream: {name: s, shards: \"${delay}\"}\nincremental: ${all}\n").stream?.shards
                == 3)
        let found = failures("source: {files: a}\nsink: {table: t}\nstream: {name: s, shards: \"${carrier}\"}\n")
        #expect(found.first?.hasPrefix("wrong-type 12:27 stream.shards must be a whole number, but is the text \"UA\"") == true, "\(found)")
    }

    @Test(
        "a value that does not fit its type is refused",
        arguments: [
            ("delay", "1.5"), ("delay", "1 "), ("delay", ""), ("share", "nan"), ("share", "0x10"), ("day", "2024-02-30"),
            ("day", "1.3.2024"),
            ("at", "noon"), ("wait", "5"), ("all", "yes"),
        ])
    func wrongValues(_ name: String, _ text: String) {
        let found = failures("source: {files: a}\nsink: {table: t}\n", [(name, text)])
        #expect(found.count == 1 && found[0].hasPrefix("wrong-parameter -"), "\(found)")
    }

    @Test("mistakes have their place and the near name")
    func mistakes() {
        func found(_ source: String, _ given: [(String, String)] = []) -> String {
            failures("source: {files: \(source)}\nsink: {table: t}\n", given).joined(separator: "\n")
        }
        #expect(found("\"in/${carier}.csv\"") == "unknown-parameter 10:21 there is no parameter \"carier\"; did you mean \"carrier\"?")
        #expect(found("a", [("dely", "1")]) == "unknown-parameter - the definition has no parameter \"dely\"; did you mean \"delay\"?")
        #expect(found("\"${envv:X}\"").hasSuffix("did you mean \"${env:X}\"?"))
        #expect(found("\"${env:NOWHERE}\"").hasPrefix("unknown-parameter 10:18 the environment has no variable \"NOWHERE\""))
        #expect(found("\"${secret:x}\"").hasPrefix("unknown-secret 10:18 there is no secret \"x\""))
        #expect(found("\"${carrier\"").hasPrefix("unknown-parameter 10:18 a reference ${… without its }"))
        let declared = "name: a\nparameters: {day: {type: dat}, x: {defalt: 1}, b c: {}}\nsource: {files: a}\nsink: {table: t}\n"
        let errors = { () -> [String] in
            do {
                _ = try SluicePipelinesTests.load(declared)
                return []
            } catch {
                return (DefinitionErrors.list(error) ?? []).map(\.brief)
            }
        }()
        #expect(errors == ["invalid-option 2:26", "unknown-key 2:36"])
    }

    @Test("a parameter without a default has to be given")
    func missing() throws {
        let text = "name: a\nparameters: {day: {type: date}}\nsource: {files: \"${day}\"}\nsink: {table: t}\n"
        do {
            _ = try SluicePipelinesTests.load(text)
            Issue.record("it loads without a value")
        } catch {
            let error = try #require(DefinitionErrors.list(error)?.first)
            #expect(error.brief == "missing-parameter 2:14")
            #expect(error.remedy == "give one with --param day=…, which is a date, such as 2024-03-01")
        }
    }

    @Test("a default that refers to a parameter without a value is no mistake of its own")
    func refusedReference() throws {
        let head = "name: test\nparameters:\n  day: {type: date}\n  file: {default: \"in/${day}.csv\"}\n  copy: {default: \"${file}\"}\n"
        let text = head + "source: {files: a.csv}\nsink: {table: t}\n"
        func failures(_ given: [GivenParameter]) -> [String] {
            do {
                _ = try PipelineLoader.load(
                    text: text, path: "p.yaml", directory: ".", connectors: TestConnectors.registry,
                    inputs: DefinitionInputs(parameters: given))
                return []
            } catch {
                return (DefinitionErrors.list(error) ?? []).map(\.message)
            }
        }
        #expect(failures([]) == ["parameter \"day\" has no value and no default"])
        let wrong = failures([GivenParameter(name: "day", text: "soon", location: nil)])
        #expect(wrong.count == 1 && wrong.first?.contains("\"soon\"") == true, "\(wrong)")
    }

    @Test("errors inside of a completed text are placed at what was written")
    func places() async {
        let text =
            Self.declared
            + "source: {files: flights.csv}\nsteps:\n- filter: carrier = ${sql:carrier} AND arr_dly > ${delay}\nsink: {table: t}\n"
        let found = await errors(text)
        #expect(found.map(\.brief) == ["unknown-column 12:40"])
    }

    @Test("the last value of a name counts, and the definition knows all values")
    func values() throws {
        let definition = try load(source: "a", [("delay", "1"), ("delay", "2")])
        #expect(definition.parameters.first { $0.name == "delay" }?.text == "2")
        #expect(definition.parameters.map(\.name) == ["carrier", "delay", "share", "day", "at", "wait", "all"])
        #expect(definition.hashedText != (try load(source: "a")).hashedText)
        let from = try PipelineLoader.load(
            text: "name: a\nparameters: {a: {default: x}, b: {default: \"${a}/y\"}}\nsource: {files: \"${b}\"}\nsink: {table: t}\n",
            directory: ".", connectors: TestConnectors.registry)
        #expect(try from.source.options.string("files") == "x/y")
    }

    @Test("a parameter of a pipeline in Swift")
    func builder() throws {
        let pipeline = Pipeline("p").parameter("day", .date, default: "2024-01-01").source(.files("in/${day}.csv")).sink(.table("a.b"))
        let definition = try pipeline.definition(
            connectors: TestConnectors.registry, directory: ".",
            inputs: DefinitionInputs(parameters: [GivenParameter(name: "day", text: "2024-02-02", location: nil)]))
        #expect(try definition.source.options.string("files") == "in/2024-02-02.csv")
    }

    // MARK: Secrets

    @Test("secrets are encrypted at rest, with a key that only the owner reads, and hidden once they are known")
    func store() throws {
        let directory = try TemporaryDirectory()
        let catalog = try Catalog(home: directory.root)
        let store = SecretStore(catalog)
        // No part of it is a secret of another test, which are hidden in this process, too.
        let text = "violet-otter-of-the-store"
        #expect(try !store.set("db", to: "other"))
        #expect(try store.set("db", to: text))
        #expect(try store.list.map(\.name) == ["db"])
        let sealed = try #require(try catalog.secret("db")?.sealed)
        #expect(!String(decoding: sealed, as: UTF8.self).contains("violet"))
        #expect(KnownSecrets.masked(text) == text)
        #expect(try store.value("db") == text)
        #expect(KnownSecrets.masked("a '\(text)' b") == "a '***' b")
        #expect(KnownSecrets.masked(.structure([.init("x", .list([.string(text)]))])).json == #"{"x":["***"]}"#)
        let mode = try #require(Self.mode(of: directory.path("secrets.key")))
        #expect(mode == 0o600)
        // A value cannot be put under another name.
        try catalog.storeSecret("other", sealed: sealed)
        #expect(throws: SluiceError.self) { _ = try store.value("other") }
        #expect(throws: SluiceError.self) { _ = try store.set("short", to: "abc") }
        #expect(throws: SluiceError.self) { _ = try store.set("a b", to: "abcdef") }
        try store.remove("db")
        #expect(try store.value("db") == nil)
        #expect(throws: SluiceError.self) { try store.remove("db") }
    }

    private static func mode(of path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
    }

    @Test("a secret of quotes and lines is hidden in SQL, in JSON and line by line")
    func forms() {
        KnownSecrets.add("it's \"quoted\"")
        #expect(KnownSecrets.masked("x = 'it''s \"quoted\"'") == "x = '***'")
        #expect(KnownSecrets.masked(#"{"a":"it's \"quoted\""}"#) == #"{"a":"***"}"#)
        KnownSecrets.add("-----BEGIN KEY-----\nabcdefghijkl")
        #expect(KnownSecrets.masked("line abcdefghijkl") == "line ***")
    }

    @Test(
        "a secret is hidden as services may write it",
        arguments: [
            #"p%2Fss%2Bw%C3%B6rd%20%26%3C7"#, #"p%2fss%2bw%c3%b6rd%20%26%3c7"#, #"p%2Fss%2Bw%C3%B6rd+%26%3C7"#, "p/ss+w%C3%B6rd%20&%3C7",
            #"p\/ss+w\u00f6rd &<7"#, #"p\/ss+w\u00F6rd \u0026\u003C7"#, "p/ss+w\u{F6}rd \\u0026<7".replacing("<", with: "\\u003c"),
            "p/ss+w\u{F6}rd &amp;&lt;7",
        ])
    func otherForms(_ form: String) {
        KnownSecrets.add("p/ss+w\u{F6}rd &<7")
        #expect(KnownSecrets.masked("x=\(form);") == "x=***;")
    }

    @Test("a secret is hidden in base64 wherever it stands there", arguments: ["", "u", "me", "user", "user:", "jane@example.com:"])
    func base64(_ before: String) throws {
        let secret = "violet-otter-in-base64"
        KnownSecrets.add(secret)
        for behind in ["", ":", "::", "::more"] {
            let text = Base64.encode(Array((before + secret + behind).utf8))
            let shown = KnownSecrets.masked("Basic \(text) .")
            #expect(shown.contains("***") && shown.utf8.count < text.utf8.count - 16, "\(shown)")
            let address = text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(KnownSecrets.masked(address).contains("***"))
        }
    }

    @Test("a secret parameter is nowhere in the plan")
    func hidden() async throws {
        let text = """
            name: test
            parameters: {token: {secret: true}}
            source: {files: flights.csv}
            steps: [{derive: {t: "'${token}'"}}]
            sink: {table: t}
            """
        let definition = try PipelineLoader.load(
            text: text, directory: ".", connectors: TestConnectors.registry,
            inputs: DefinitionInputs(parameters: [GivenParameter(name: "token", text: "very hidden token", location: nil)]))
        let plan = try await Planner.plan(definition, in: TestConnectors.context())
        #expect(PlanText.text(plan).contains("with token = ***\n"))
        #expect(PlanText.text(plan).contains("t = '***'") && !PlanText.text(plan).contains("hidden"))
        #expect(!definition.hashedText.contains("very hidden"))
    }
}
