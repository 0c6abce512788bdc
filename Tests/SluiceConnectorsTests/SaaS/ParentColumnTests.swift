import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Records of parents have the parent's key in a column.
@Suite("columns of parents")
struct ParentColumnTests {
    private static func declaration(_ type: String, _ address: String) -> String {
        """
        connector: x
        summary: X.
        url: \(address)
        entities:
          projects: {description: P., key: id, fields: {id: int64}, read: {path: /projects, records: items}}
          tasks:
            description: T.
            key: id
            fields: {id: int64, project: \(type)}
            parent: {entity: projects, setting: project}
            read: {path: "/tasks/{project}", records: items}
        """
    }

    /// The values of the column `project` as JSON, and how many records are bad.
    private func projects(_ type: String, _ task: String, _ more: String = "", key: String = "7") async throws -> String {
        let server = try LocalHTTPServer { request, _ in
            .status(200, request.target.hasPrefix("/projects") ? "{\"items\":[{\"id\":\(key)}]}" : "{\"items\":[\(task)]}")
        }
        let bench = try Workbench()
        try bench.directory.write("x.yaml", Self.declaration(type, server.address))
        _ = try ConnectionStore(bench.catalog).set("mock", connector: "x", settings: [:], secrets: [:], address: nil)
        let read = try await bench.source("http: x.yaml\nentity: tasks\nconnection: mock\n\(more)").readAll()
        return Value.list(read["project"]).json + " \(read.rejects.count)"
    }

    @Test("the column has the parent's type, also where records have the key, or the definition gives the type") func types() async throws {
        #expect(try await projects("int64", #"{"id":1}"#) == "[7] 0")
        #expect(try await projects("int64", #"{"id":1,"project":7}"#) == "[7] 0")
        #expect(try await projects("string", #"{"id":1}"#) == #"["7"] 0"#)
        #expect(try await projects("string", #"{"id":1}"#, "columns: {project: int64}") == "[7] 0")
        #expect(try await projects("float64", "{}") == "[7.0] 0")
        #expect(try await projects("string", #"{"id":1}"#, key: #""0\"7""#) == #"["0\"7"] 0"#)
    }

    @Test("a key that the type does not take is a bad record; a struct of the record's own stays") func others() async throws {
        #expect(try await projects("int64", #"{"id":1}"#, key: #""a-7""#) == "[] 1")
        #expect(try await projects("\"struct<name: string>\"", #"{"id":1,"project":{"name":"x"}}"#) == #"[{"name":"x"}] 0"#)
    }
}
