import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@Suite("expressions over partitions")
struct PartitionFilterTests {
    static let keys: [CatalogColumn] = [
        CatalogColumn("region", .string), CatalogColumn("year", .int32), CatalogColumn("day", .date),
        CatalogColumn("price", .decimal(precision: 8, scale: 2)), CatalogColumn("at", .timestamp(zoned: false)),
        CatalogColumn("ok", .boolean), CatalogColumn("ratio", .float64),
    ]
    static let row = ["eu-west", "2024", "2024-05-17", "12.50", "2024-05-17 10:30:00", "true", "0.25"]

    private func holds(_ text: String, _ values: [String] = row) throws -> Bool {
        try PartitionFilter(parsing: text, keys: Self.keys).matches(values)
    }

    @Test(
        "what holds",
        arguments: [
            "region = 'eu-west'", "REGION == 'eu-west'", "`region` <> 'us'", "\"region\" != \"us\"", "region LIKE 'eu-%'",
            "region like '__-w_st'", "region NOT LIKE 'us%'", "region LIKE '%'", "region > 'eu' and region < 'ev'",
            "region IN ('us', 'eu-west')", "region not in ('us')", "region BETWEEN 'a' AND 'f'", "region IS NOT NULL",
            "year = 2024", "year = '2024'", "year=2024", "2024 = year", "2025 > year", "year < 2024.5", "year > 2023.99", "year <> 2024.5",
            "year >= -5", "year < 99999999999999999999", "NOT year > 99999999999999999999", "year between 2000 and 2024",
            "year NOT BETWEEN 2025 AND 2030", "(year = 1 OR (year = 2024)) AND NOT (region = 'us' OR region = 'ap')",
            "not not year = 2024", "day = '2024-05-17'", "day = DATE '2024-05-17'", "day > date '2024-05-16'",
            "day > '2024-05-16 12:00:00'",
            "day < '2024-05-17 00:00:01'", "day <> '2024-05-17 00:00:01'", "price = 12.5", "price = '12.500'", "price < 12.505",
            "price > 12.495", "price > -1", "at = '2024-05-17T10:30:00'", "at >= TIMESTAMP '2024-05-17 10:30:00'", "at < '2024-05-18'",
            "ok = true", "ok = 'TRUE'", "ok <> false", "ratio <= 0.25", "ratio in (0.25, 1)",
            "region = 'it''s' or region = 'eu-west'", "\nyear\t=\n2024\n",
        ])
    func holding(_ text: String) throws { #expect(try holds(text)) }

    @Test("timestamps have nanoseconds, as those of Hive")
    func nanoseconds() throws {
        var row = Self.row
        row[4] = "2024-05-17 10:30:00.123456789"
        let holding = [
            "at > '2023-01-01'", "at IS NOT NULL", "at = '2024-05-17 10:30:00.123456789'", "at = '2024-05-17T10:30:00.123456789000Z'",
            "at > '2024-05-17 10:30:00.123456788'", "at < '2024-05-17 10:30:00.12345679'", "at > '2024-05-17 10:30:00.123456'",
            "at <> '2024-05-17 10:30:00.1234567'", "at < '9999-12-31 23:59:59.999999999'", "at > '0001-01-01'",
        ]
        for text in holding { #expect(try holds(text, row), "\(text)") }
        for text in ["at IS NULL", "at = '2024-05-17 10:30:00.123456'", "at >= '2024-05-17 10:30:00.12345679'"] {
            #expect(try !holds(text, row), "\(text)")
        }
        #expect(try holds("day < '2024-05-17 00:00:00.000000001'", row) && !holds("day = '2024-05-17 00:00:00.000000001'", row))
        row[4] = "2024-05-17 10:30:00.1234567891"
        #expect(try holds("at IS NULL", row))
    }

    @Test(
        "what does not hold",
        arguments: [
            "region = 'EU-WEST'", "region = 'eu'", "region LIKE 'eu'", "region LIKE 'EU%'", "region LIKE 'eu\\_west'", "region IS NULL",
            "region NOT IN ('eu-west', 'us')", "year = 2024.5", "year > 99999999999999999999", "year in (2024.5, 7)",
            "year NOT BETWEEN 2000 AND 2024",
            "day = '2024-05-17 00:00:01'", "day >= '2024-05-17 00:00:01'", "price = 12.505", "ok = false", "NOT ok = true",
            "region = 'eu-west' AND year = 1",
        ])
    func failing(_ text: String) throws { #expect(try !holds(text)) }

    @Test(
        "a key without a value, or with one that is none of its type, is null: comparisons with it are unknown, and so are their negations")
    func nulls() throws {
        for absent in ["__HIVE_DEFAULT_PARTITION__", "abc", ""] {
            var row = Self.row
            row[1] = absent
            #expect(try holds("year IS NULL", row) && !holds("year IS NOT NULL", row))
            for text in [
                "year = 2024", "year <> 2024", "NOT year = 2024", "year NOT IN (1)", "year < 99999999999999999999", "year BETWEEN 1 AND 2",
            ] {
                #expect(try !holds(text, row), "\(text)")
            }
            #expect(try holds("year = 2024 OR region = 'eu-west'", row))
            #expect(try !holds("NOT (year = 2024 AND region = 'eu-west')", row))
            #expect(try holds("NOT (year = 2024 AND region = 'us')", row))
        }
        #expect(try PartitionFilter(parsing: "region = ''", keys: Self.keys).matches(["", "", "", "", "", "", ""]))
    }

    @Test(
        "mistakes are placed, and say what to do",
        arguments: [
            ("yaer = 2024", 1, "unknown-column", "there is no partition key \"yaer\""),
            ("year = 2024 AND amount > 3", 17, "unknown-column", "\"amount\" is a column in the files and no partition key"),
            ("year = 'abc'", 8, "type-error", "\"abc\" is no int32, which the key \"year\" is"),
            ("day = '17.5.2024'", 7, "type-error", "\"17.5.2024\" is no date"),
            ("region > 5", 10, "type-error", "the key \"region\" is a string, and 5 is a number"),
            ("year LIKE '20%'", 11, "type-error", "LIKE compares texts"),
            ("year", 1, "syntax-error", "\"year\" is compared with nothing"),
            ("year = ", 8, "syntax-error", "expected a value"),
            ("year = NULL", 8, "syntax-error", "nothing equals NULL"),
            ("year = twenty", 8, "syntax-error", "expected a value, found \"twenty\""),
            ("(year = 2024", 13, "syntax-error", "expected \")\", found the end"),
            ("year = 2024)", 12, "syntax-error", "expected AND, OR or the end"),
            ("year IN ()", 10, "syntax-error", "expected a value"),
            ("year IN (1, 2", 14, "syntax-error", "expected \",\" or \")\" in the list of IN"),
            ("year BETWEEN 1 OR 2", 16, "syntax-error", "expected AND between the bounds"),
            ("year NOT 5", 10, "syntax-error", "expected IN, BETWEEN or LIKE"),
            ("region = 'eu", 10, "syntax-error", "a quoted text is not closed"),
            ("year = 20x", 8, "syntax-error", "malformed number"),
            ("1 = 2", 5, "syntax-error", "a value is compared with a value"),
            ("region LIKE 'a\\", 13, "syntax-error", "not closed"),
            ("year = 1; DROP TABLE x", 9, "syntax-error", "unexpected character"),
            ("", 1, "syntax-error", "expected a partition key, found the end"),
        ])
    func mistakes(text: String, column: Int, code: String, message: String) throws {
        let error = #expect(throws: SluiceError.self) {
            try PartitionFilter(parsing: text, keys: Self.keys, otherColumns: ["amount"], origin: "--where")
        }
        #expect(error?.code.name == code)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(error?.location == .file(path: "--where", line: 1, column: column))
    }

    @Test("names that are nearly right are suggested")
    func suggestion() {
        let error = #expect(throws: SluiceError.self) { try PartitionFilter(parsing: "yaer = 1", keys: Self.keys) }
        #expect(error?.remedy == "did you mean \"year\"?")
        let none = #expect(throws: SluiceError.self) { try PartitionFilter(parsing: "a = 1", keys: []) }
        #expect(none?.remedy == "the table is not partitioned")
    }

    @Test("an expression has up to 2,048 characters and is nested up to 64 deep")
    func limits() throws {
        func text(_ length: Int) -> String { "region = '" + String(repeating: "x", count: length - 11) + "'" }
        #expect(try !holds(text(CatalogLimits.partitionExpressionCharacters)))
        let long = #expect(throws: SluiceError.self) { try holds(text(CatalogLimits.partitionExpressionCharacters + 1)) }
        #expect(long?.code == .limitExceeded)
        func nested(_ depth: Int) -> String { String(repeating: "(", count: depth) + "year = 2024" + String(repeating: ")", count: depth) }
        #expect(try holds(nested(CatalogLimits.partitionExpressionNesting)))
        #expect(
            #expect(throws: SluiceError.self) { try holds(nested(CatalogLimits.partitionExpressionNesting + 1)) }?.code == .limitExceeded)
        #expect(
            #expect(throws: SluiceError.self) { try holds(String(repeating: "NOT ", count: 400) + "ok = true") }?.code == .limitExceeded)
    }

    @Test("patterns of many % take no more than text times pattern")
    func patterns() throws {
        let pattern = String(repeating: "%a", count: 400)
        let filter = try PartitionFilter(parsing: "region LIKE '\(pattern)b'", keys: [CatalogColumn("region", .string)])
        #expect(!filter.matches([String(repeating: "a", count: 4_000)]))
        let escaped = try PartitionFilter(parsing: #"region LIKE '100\%\_%'"#, keys: [CatalogColumn("region", .string)])
        #expect(escaped.matches(["100%_x"]) && !escaped.matches(["100xyz"]))
    }

    @Test("any sequence of tokens is an expression or a placed error", arguments: [1, 2, 3] as [UInt64])
    func sequences(_ seed: UInt64) throws {
        let tokens = [
            "region", "year", "`day`", "\"price\"", "nokey", "AND", "or", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "DATE", "TIMESTAMP",
            "true", "(", ")", ",", "=", "<>", "<=", ">", "'a'", "'2024-01-01'", "'", "\"", "`", "5", "-1.5", ".5", "1.2.3", "\\", "é",
            "\u{0}",
            "99999999999999999999999999999999999999999", "%", "-",
        ]
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<4_000 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).map { _ in tokens.randomElement(using: &generator) ?? "" }.joined(separator: " ")
            do {
                _ = try holds(text)
            } catch let error as SluiceError {
                #expect(error.location != nil && !error.message.isEmpty, "\(text)")
            }
        }
    }
}
