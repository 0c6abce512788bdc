import SluiceServer
import Testing

extension ServedTests {
    @Test(
        "a filter compares as its data type says, whatever type the field's values came in",
        arguments: [
            ("n", "long", "GREATER_THAN", #""VALUE":"9""#, ["a", "c", "d"]), ("n", "string", "GREATER_THAN", #""VALUE":"9""#, ["b", "d"]),
            ("n", "double", "BETWEEN", #""LOWER_BOUND":"9.4","UPPER_BOUND":"10""#, ["a", "d"]),
            ("n", "int", "EQUAL_TO", #""VALUES":"10,100""#, ["a", "c"]), ("n", "decimal", "NOT_EQUAL_TO", #""VALUE":"10.0""#, ["c", "d"]),
            ("day", "date", "LESS_THAN", #""VALUE":"2024-01-10""#, ["a", "c"]),
            ("day", "datetime", "GREATER_THAN_OR_EQUAL_TO", #""VALUE":"2024-01-09T12:00:00Z""#, ["b", "c"]),
            ("day", "datetime", "LESS_THAN", #""VALUE":"1704758400001""#, ["a"]),
            ("day", "string", "LESS_THAN", #""VALUE":"2024-01-10""#, ["a", "c"]),
            ("flag", "boolean", "EQUAL_TO", #""VALUE":"true""#, ["a", "d"]), ("flag", "string", "EQUAL_TO", #""VALUE":"TRUE""#, ["d"]),
        ])
    func dataTypes(_ field: String, _ type: String, _ operation: String, _ values: String, _ expected: [String]) async throws {
        // Each column has a value that makes it one of texts.
        try await put(
            "in/a.csv",
            "key,n,day,flag\na,10,2024-01-09,true\nb,none,2024-02-01T08:00:00Z,false\nc,100,2024-01-09T13:00:00Z,no\nd,9.5,never,TRUE\n")
        let tasks = """
            [{"taskType":"Filter","sourceFields":["\(field)"],"connectorOperator":{"S3":"\(operation)"},"taskProperties":{"DATA_TYPE":"\(type)",
            \(values)}},{"taskType":"Map_all","sourceFields":[]}]
            """
        _ = try await call("/create-flow", flow(tasks: tasks))
        let record = try await run()
        #expect(record["executionStatus"]?.string == "Successful", "\(record.json)")
        let rows = try written().values.flatMap { $0.split(separator: "\n") }.compactMap { WireValue(json: String($0))?["key"]?.string }
        #expect(rows.sorted() == expected)
    }
}
