import SluiceCore
import SluiceExpressions
import Testing

@testable import SluiceQuality

@Suite("reading rule sets") struct ParserTests {
    @Test("a document has rules, analyzers, labels and comments, or is only rules")
    func documents() throws {
        let set = try RuleSet(
            parsing: """
                # about orders
                Metadata = { "owner": "sales", "tags": ["a", "b"] }
                DataSources = { "primary": "orders" }
                DefaultLabels = [ "team"="sales" ]
                Rules = [
                    RowCount > 0,  # not empty
                    (IsComplete "id") and ((IsUnique "id") or (Uniqueness "id" > 0.9)),
                    ColumnValues "a\\"b" in ["x", NULL, EMPTY] where "c > 1" with threshold > 0.5 labels=["team"="ops", "level"="high"],
                ]
                Analyzers = [ RowCount, Completeness "id" ]
                """)
        #expect(
            set.rules.map(\.text) == [
                "RowCount > 0", "(IsComplete \"id\") and ((IsUnique \"id\") or (Uniqueness \"id\" > 0.9))",
                "ColumnValues \"a\\\"b\" in [\"x\", NULL, EMPTY] where \"c > 1\" with threshold > 0.5 labels=[\"team\"=\"ops\", \"level\"=\"high\"]",
            ])
        let values = set.rules[2].node.checks[0]
        #expect(values.parameters.map(\.text) == ["a\"b"] && values.filter?.text == "c > 1" && values.threshold != nil)
        #expect(values.labels.map { "\($0.name)=\($0.value)" } == ["team=ops", "level=high"])
        #expect(set.rules[0].node.checks[0].labels.map(\.value) == ["sales"])
        #expect(set.analyzers.map(\.text) == ["RowCount", "Completeness \"id\""])
        #expect(try RuleSet(parsing: "RowCount > 0, ColumnCount = 3").rules.count == 2)
        #expect(try RuleSet(parsing: "Rules = []").rules.isEmpty)
    }

    private static let refused: [(String, String, String, String?)] = [
        ("RowCuont > 0", "syntax-error", "RowCuont", "did you mean \"RowCount\"?"),
        ("iscomplete \"id\"", "syntax-error", "iscomplete", "did you mean \"IsComplete\"?"),
        ("RowCount", "syntax-error", "RowCount", "write RowCount CONDITION"),
        ("RowCount > ", "syntax-error", "", nil),
        ("RowCount > 1 IsComplete \"id\"", "syntax-error", "IsComplete", "rules are separated by commas"),
        ("IsComplete 'id'", "syntax-error", "'", "columns and texts stand in double quotes: \"amount\""),
        ("IsComplete id", "syntax-error", "IsComplete", "write IsComplete \"COLUMN\""),
        ("IsComplete \"id", "syntax-error", "\"id", "add the closing \"; a \" inside is written \\\""),
        ("IsComplete", "syntax-error", "IsComplete", "write IsComplete \"COLUMN\""),
        ("IsComplete \"\"", "syntax-error", "\"\"", "write IsComplete \"COLUMN\""),
        ("IsComplete \"id\" > 0", "invalid-option", "> 0", "leave it out"),
        ("IsComplete \"iid\"", "unknown-column", "\"iid\"", "did you mean \"id\"?"),
        ("Completeness \"id\" = \"a\"", "syntax-error", "\"a\"", nil),
        ("ColumnValues \"amount\" > \"a\"", "type-error", "\"a\"", "write it without quotes"),
        ("ColumnValues \"zip\" = 5", "type-error", "5", "write it in double quotes"),
        ("ColumnValues \"amount\" > avg(last(3))", "invalid-option", "avg(last(3))", nil),
        ("ColumnValues \"zip\" matches \"[\"", "syntax-error", "ColumnValues \"zip\" matches \"[\"", nil),
        (
            "ColumnValues \"day\" > \"2024-13-01\"", "type-error", "\"2024-13-01\"", "for example: \"2024-12-31\""
        ),
        ("ColumnLength \"id\" > 1", "type-error", "\"id\"", nil),
        ("RowCount > last(10)", "syntax-error", "last(10)", "take one figure of it: avg(last(10))"),
        ("RowCount > avg(10)", "syntax-error", "10", "for example: avg(last(10))"),
        ("RowCount > avg(last(0))", "syntax-error", "0", nil),
        ("RowCount > mean(last(3))", "syntax-error", "mean", nil),
        ("RowCount > 5 where \"x\"", "unknown-column", "x", nil),
        ("RowCount > 5 where \"amount >\"", "syntax-error", "", nil),
        ("RowCount > 5 where \"amount + 1\"", "type-error", "amount + 1", nil),
        ("ColumnCount > 5 where \"amount > 1\"", "invalid-option", "\"amount > 1\"", nil),
        ("RowCount > 5 with threshold > 0.5", "invalid-option", "> 0.5", nil),
        ("(RowCount > 5) and RowCount < 9", "syntax-error", "RowCount", "each rule of a composition stands in parentheses"),
        (
            "(RowCount > 5) and (RowCount < 9) or (RowCount = 1)", "syntax-error", "or",
            "put parentheses around the rules that belong together"
        ),
        ("(RowCount > 5", "syntax-error", "", nil),
        ("RowCount > 5)", "syntax-error", ")", nil),
        (
            "DetectAnomalies \"RowCount\"", "invalid-option", "DetectAnomalies",
            "compare with earlier results: RowCount > avg(last(10)) * 0.8"
        ),
        ("DataFreshness \"at\" < 5", "syntax-error", "5", "for example: 24 hours"),
        ("DataFreshness \"zip\" < 24hours", "syntax-error", "24hours", "a unit stands behind a blank: 24 hours"),
        ("DataFreshness \"id\" < 24 hours", "type-error", "\"id\"", nil),
        ("Rulez = [ RowCount > 0 ]", "syntax-error", "Rulez", "did you mean \"Rules\"?"),
        ("Rules = [ RowCount > 0 ] RowCount > 1", "syntax-error", ">", nil),
        ("Analyzers = [ IsComplete \"id\" ]", "invalid-option", "IsComplete \"id\"", nil),
        ("Analyzers = [ RowCount > 0 ]", "invalid-option", "> 0", "put it under Rules"),
        ("Mean \"zip\" > 1", "type-error", "\"zip\"", nil),
        ("ColumnCorrelation \"id\" > 1", "syntax-error", "ColumnCorrelation", nil),
        ("ColumnDataType \"zip\" = \"INTEGR\"", "type-error", "\"INTEGR\"", "did you mean \"integer\"?"),
        ("RowCountMatch \"custmers\" > 0.5", "not-found", "\"custmers\"", "did you mean \"customers\"?"),
        (
            "ReferentialIntegrity \"customer\" \"customers\" = 1", "syntax-error", "\"customers\"",
            "for example: \"reference.{id,region}\""
        ),
        ("ReferentialIntegrity \"customer\" \"customers.{id,region}\" = 1", "syntax-error", "\"customers.{id,region}\"", nil),
        ("ReferentialIntegrity \"customer\" \"customers.idd\" = 1", "unknown-column", "\"customers.idd\"", "did you mean \"id\"?"),
        ("ReferentialIntegrity \"zip\" \"customers.id\" = 1", "type-error", "\"zip\"", "cast one of them before"),
        ("CustomSql \"SELECT count(*) FROM orders\" > 1", "unsupported", "orders", "write FROM primary"),
        ("CustomSql \"SELECT count(*) FROM primary WHERE x > 1\" > 1", "unknown-column", "x", nil),
        ("CustomSql \"SELECT id FROM primary\" > 1", "syntax-error", "id", nil),
        ("CustomSql \"SELECT sum(zip) FROM primary\" > 1", "type-error", "zip", nil),
        ("CustomSql \"SELECT id FROM primary JOIN b\"", "unsupported", "JOIN", nil),
        ("AggregateMatch \"sum(amount)\" \"amount\" > 1", "syntax-error", "amount", "for example: sum(amount)"),
        ("RowCount > $x", "syntax-error", "$", nil),
    ]

    @Test("a mistake is placed, and says what to write", arguments: refused)
    func mistakes(_ text: String, _ code: String, _ part: String, _ remedy: String?) throws {
        let found = try #require(try failure(text, others: ["customers": customers()]), "\(text)")
        #expect(found.error.code.name == code, "\(found.error)")
        #expect(found.part == part, "\(found.error)")
        if let remedy { #expect(found.error.remedy == remedy) }
        #expect(found.error.rendered(in: text).contains("^"))
    }

    @Test("every rule type has a page with an example that reads, and a condition where it needs one")
    func manuals() throws {
        #expect(RuleManual.all.map(\.type) == RuleType.allCases)
        for manual in RuleManual.all {
            let set = try RuleSet(parsing: manual.example)
            #expect(set.rules.map { $0.node.checks.map(\.type) } == [[manual.type]], "\(manual.example)")
        }
    }

    @Test("text, rules and nesting are bounded, each with its own error")
    func bounds() throws {
        let long = "RowCount > 0 # " + String(repeating: "x", count: QualityLimits.textScalars)
        #expect(try failure(long)?.error.code == .limitExceeded)
        let many = [String](repeating: "RowCount > 0", count: QualityLimits.rules + 1).joined(separator: ",")
        #expect(try failure(many)?.error.message == "more than \(QualityLimits.rules) rules")
        let deep = String(repeating: "(", count: QualityLimits.nesting + 1)
        #expect(try failure(deep)?.error.code == .limitExceeded)
        let nested = "RowCount > " + String(repeating: "(", count: 100_000)
        #expect(try failure(nested)?.error.code == .limitExceeded)
        let chain = "RowCount > 1" + String(repeating: " + 1", count: QualityLimits.nesting + 1)
        #expect(try failure(chain)?.error.code == .limitExceeded)
        #expect(try failure("RowCount > avg(last(\(QualityLimits.history + 1)))")?.error.code == .syntaxError)
        #expect(try failure("RowCount > " + String(repeating: "9", count: 400))?.error.message == "the number is too large")
    }
}
