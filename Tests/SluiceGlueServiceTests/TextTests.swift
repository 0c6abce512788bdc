import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceServer
import Testing

@testable import SluiceGlueService

/// Texts that the service makes of others.
@Suite("texts of Glue") struct TextTests {
    @Test(
        "figures have the names that Glue gives them",
        arguments: [
            ("RowCount", "Dataset.*.RowCount"), (#"Completeness "email""#, "Column.email.Completeness"),
            (#"Uniqueness "a" "b c""#, "Multicolumn.a,b c.Uniqueness"), (#"IsComplete "id""#, "Column.id.Completeness"),
            (#"IsUnique "id""#, "Column.id.Uniqueness"), (#"IsPrimaryKey "a" "b""#, "Multicolumn.a,b.Uniqueness"),
            (#"CustomSql "select count(*) from primary where a = 'b'""#, "Dataset.*.CustomSQL"),
            (#"Completeness "a" where "b > 1""#, #"Completeness "a" where "b > 1""#),
            (#"RowCount where "n in (1,2)""#, #"RowCount where "n in (1,2)""#), ("no rule", "no rule"),
            (#"ColumnValues "a" > 0"#, "Column.a.ColumnValues.Compliance"), ("", ""),
            (#"ColumnDataType "a b" = "INTEGER""#, "Column.a b.ColumnDataType.Compliance"),
            (#"ColumnNamesMatchPattern "[a-z]*""#, "Dataset.*.ColumnNamesPatternMatchRatio"),
        ])
    func metrics(_ figure: String, _ expected: String) { #expect(MetricName.text(figure) == expected) }

    @Test("a choice is told as the struct that files of Parquet have, and is a choice again where a client puts that back") func choices()
        throws
    {
        let types = ["choice<int64, string>", "list<choice<float64, struct<a: int64>>>", "int64"]
        let own = try types.enumerated().map { CatalogColumn("c\($0)", try DataType(parsing: $1)) }
        let told = own.told(in: "parquet")
        #expect("\(told[0].type)" == "struct<int64: int64, string: string>")
        #expect(told[2] == own[2])
        #expect(own.told(in: "json") == own)
        #expect(told.keepingTypes(of: own, in: "parquet") == own)
        #expect(told.keepingTypes(of: own, in: "json") == told)
        var changed = told
        changed[0].type = .int64
        #expect(changed.keepingTypes(of: own, in: "parquet")[0].type == .int64)
    }

    @Test(
        "addresses of databases are settings of connections",
        arguments: [
            ("jdbc:postgresql://db.example.com:5433/shop", ["host": "db.example.com", "port": "5433", "database": "shop"]),
            ("jdbc:postgresql://db/shop?sslmode=verify-full", ["host": "db", "database": "shop", "sslmode": "verify-full"]),
            ("jdbc:postgresql://[::1]/s", ["host": "::1", "database": "s"]),
            ("jdbc:redshift://dw.example.com:5439/dev", ["host": "dw.example.com", "port": "5439", "database": "dev"]),
        ])
    func databases(_ url: String, _ expected: [String: String]) throws {
        let place = try DatabasePlace(url: url)
        #expect(try place.settings == expected)
        #expect(place.engine.rawValue == (url.contains("redshift") ? "redshift" : "postgresql"))
        #expect(DatabasePlace(place.engine, expected).url == url, "and the address of a connection that a command made")
    }

    @Test(
        "addresses that name no database here",
        arguments: [
            "jdbc:mysql://h/d", "jdbc:postgresql://h", "jdbc:postgresql://h/", "jdbc:postgresql:///d", "jdbc:postgresql://h:0/d",
            "jdbc:postgresql://h:99999/d", "jdbc:postgresql://a,b/d", "jdbc:postgresql://h/d/e", "jdbc:postgresql://h/d?user=x", "",
        ])
    func strangers(_ url: String) { #expect(throws: (any Error).self) { try DatabasePlace(url: url).settings } }

    @Test("the difference of two texts, line by line") func difference() {
        #expect(LineDifference.text(["a", "b", "c"], ["a", "x", "c", "d"]) == " a\n-b\n+x\n c\n+d")
        #expect(LineDifference.text([], []) == "")
        #expect(
            JSONLines.lines(.structure(["a": .list([.integer(1), .object([])]), "b": .null])) == [
                "{", "  \"a\": [", "    1,", "    {}", "  ],", "  \"b\": null", "}",
            ])
    }
}
