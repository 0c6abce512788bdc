import SluiceCore
import SluiceTestKit
import Testing

@Suite("Options that formats share")
struct ChoiceOfFormatTests {
    @Test("choices are those of the format that is set", arguments: [("parquet", "gzip, none", "deflate"), ("avro", "deflate", "gzip")])
    func choices(_ format: String, _ known: String, _ foreign: String) async throws {
        let bench = try Workbench()
        let error = await sluiceError { _ = try await bench.sink("files: out\nformat: \(format)\noptions: {codec: lzo}") }
        #expect(error?.message.contains("codec") == true && error?.location != nil)
        #expect(error?.remedy?.contains(known) == true && error?.remedy?.contains(foreign) == false, "\(String(describing: error?.remedy))")
    }
}
