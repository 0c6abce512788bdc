import SluiceAWS
import Testing

@testable import SluiceS3Service

@Suite("websites") struct WebsiteTests {
    @Test("a website leads to folders by encoded addresses, and its errors are pages") func website() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/site")
            _ = try await bench.send("PUT", "/site/ä b/i", body: [1])
            let site = "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>"
            #expect(try await bench.send("PUT", "/site", query: [.init("website", "")], body: Array(site.utf8)).status == 200)
            let host = [("Host", "site.s3-website.localhost")]
            let moved = try await bench.send("GET", "/ä b", headers: host)
            #expect(moved.status == 302 && moved.header("Location") == "/%C3%A4%20b/")
            let error = try await bench.send("GET", "/<none>", headers: host)
            #expect(error.status == 404 && error.header("Content-Type")?.hasPrefix("text/html") == true)
            #expect(error.text.contains("<h1>404 Not Found</h1>") && error.text.contains("<li>Code: NoSuchKey</li>"), "\(error.text)")
            #expect(!error.text.contains("<none>"))
        }
    }
}
