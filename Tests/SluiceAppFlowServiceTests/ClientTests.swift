import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceAppFlowService

/// The service against the model of an unchanged client.
@Suite("the API model of AppFlow") struct ClientTests {
    static let python: String? = {
        guard let python = MotoServer.python, InstalledProgram.succeeds(python, ["-c", "import boto3"]) else {
            print("skipped: no Python with boto3; set SLUICE_PYTHON to one")
            return nil
        }
        return python
    }()

    private static let program = """
        import botocore.session
        model = botocore.session.get_session().get_service_model("appflow")
        for name in model.operation_names:
            http = model.operation_model(name).http
            print(name, http["method"], http["requestUri"])
        """

    @Test("every operation of the client's model is there, with its method and path", .enabled(if: Self.python != nil))
    func operations() async throws {
        let result = try await Command(try #require(Self.python), ["-c", Self.program]).run(timeout: .seconds(300))
        let wanted = result.output.split(separator: "\n").map(String.init).sorted()
        #expect(wanted.count == 25, "\(result.transcript)")
        #expect(AppFlowService.operations.map { "\($0.name) \($0.method) \($0.path)" }.sorted() == wanted)
    }
}
