import SluiceTestKit
import Testing

/// Faults that `sluice up` is asked for.
@Suite("sluice up with faults") struct UpFaultTests {
    @Test(
        "calls of each service fail, in its own words",
        arguments: [
            ("s3", "GET", "/", "<Code>InternalError</Code>"), ("s3", "PUT", "/lake", "<Code>InternalError</Code>"),
            ("glue", "AWSGlue.GetDatabases", "/", "InternalServiceException"),
            ("kinesis", "Kinesis_20131202.ListStreams", "/", "InternalFailure"),
            ("firehose", "Firehose_20150804.ListDeliveryStreams", "/", "InternalFailure"),
            ("appflow", "POST", "/list-flows", "x-amzn-errortype: InternalServerException"),
        ])
    func failing(_ service: String, _ call: String, _ path: String, _ words: String) async throws {
        let project = try Project()
        let (server, port) = try await project.serve("--fail-calls", "1")
        var arguments = ["-s", "-i", "http://127.0.0.1:\(port)\(path)"]
        switch service {
        case "s3": arguments += ["-X", call]
        case "appflow": arguments += ["-X", call, "-H", "Content-Type: application/json", "-d", "{}"]
        default: arguments += ["-H", "X-Amz-Target: \(call)", "-H", "Content-Type: application/x-amz-json-1.1", "-d", "{}"]
        }
        let answer = try await Command("curl", arguments).run()
        #expect(answer.output.hasPrefix("HTTP/1.1 500"), "\(answer.transcript)")
        #expect(answer.output.lowercased().contains(words.lowercased()), "\(answer.transcript)")
        #expect(answer.output.contains("The failure was asked for."), "\(answer.transcript)")
        server.signal(15)
        _ = try await server.wait(timeout: .seconds(300))
    }
}
