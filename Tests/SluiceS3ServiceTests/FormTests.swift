import SluiceAWS
import SluiceCore
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("forms of browsers") struct FormTests {
    private static let form = """
        --b\r\nContent-Disposition: form-data; name="key"\r\n\r\nk/${filename}\r\n\
        --b\r\nContent-Disposition: form-data; name="x-amz-meta-a"\r\nContent-Type: text/plain\r\n\r\n\r\n\
        --b\r\ncontent-disposition: form-data; name="file"; filename="a\\"b.txt"\r\n\r\nhello\r\n--\r\n-b\r\n--b-- and what follows
        """

    private func decode(_ text: String, piece: Int, boundary: String = "b") throws -> (events: [FormDecoder.Event], isDone: Bool) {
        var decoder = try FormDecoder(contentType: "multipart/form-data; charset=utf-8; boundary=\(boundary)")
        let bytes = Array(text.utf8)
        var events: [FormDecoder.Event] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            for event in try decoder.take(bytes[start..<min(start + piece, bytes.count)]) {
                if case .bytes(let more) = event, case .bytes(let before)? = events.last {
                    events[events.count - 1] = .bytes(before + more)
                } else {
                    events.append(event)
                }
            }
        }
        return (events, decoder.isDone)
    }

    @Test("a form is the same in any pieces", arguments: [1, 2, 3, 5, 7, 64, 4_096]) func pieces(_ piece: Int) throws {
        let (events, isDone) = try decode(Self.form, piece: piece)
        #expect(
            events == [
                .field(name: "key", value: "k/${filename}"), .field(name: "x-amz-meta-a", value: ""), .file(name: "a\"b.txt"),
                .bytes(Array("hello\r\n--\r\n-b".utf8)),
            ])
        #expect(isDone)
    }

    @Test("the file's name is what follows its folders, of Windows as well", arguments: [#"C:\dir\x.txt"#, "/data/me/x.txt", "x.txt"])
    func paths(_ path: String) async throws {
        let (events, _) = try decode(Self.form.replacing(#"a\"b.txt"#, with: path), piece: 64)
        #expect(events.contains(.file(name: path)))
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/forms")
            let answer = try await bench.send(
                "POST", "/forms", headers: [("Content-Type", "multipart/form-data; boundary=b")],
                body: Array(Self.form.replacing(#"a\"b.txt"#, with: path).utf8))
            #expect(answer.status == 204, "\(answer.text)")
            #expect(try await bench.send("GET", "/forms/k/x.txt").status == 200)
        }
    }

    @Test("the address of what a form has made is a whole one", arguments: ["localhost:1234", "forms.s3.localhost:1234"])
    func location(_ host: String) async throws {
        let file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\r\nhello\r\n--b--\r\n"
        func field(_ name: String, _ value: String) -> String {
            "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        let form = field("key", "k/${filename}") + field("success_action_status", "201") + file
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/forms")
            let isOfBucket = host.hasPrefix("forms.")
            let answer = try await bench.send(
                "POST", isOfBucket ? "/" : "/forms", headers: [("Host", host), ("Content-Type", "multipart/form-data; boundary=b")],
                body: Array(form.utf8))
            let expected = "http://\(host)\(isOfBucket ? "" : "/forms")/k/a%20b.txt"
            #expect(answer.status == 201 && answer.header("location") == expected, "\(answer.text)")
            #expect(try XMLParser.parse(answer.body)["Location"] == expected)
        }
    }

    @Test("a form that is cut is not done", arguments: 1..<40) func cut(_ count: Int) throws {
        let end = Self.form.utf8.count - " and what follows".utf8.count - 2
        let (_, isDone) = try decode(String(Self.form.utf8.prefix(end - count))!, piece: 16)
        #expect(!isDone)
    }

    @Test(
        "what is no form is refused",
        arguments: [
            ("multipart/form-data", ""), ("multipart/form-data; boundary=", ""), ("text/plain; boundary=b", ""),
            ("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data\r\n\r\n"),
            ("multipart/form-data; boundary=b", "--b--"),
            ("multipart/form-data; boundary=b", "--b\r\n" + String(repeating: "x", count: 9_000)),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + String(repeating: "x", count: 21_000)
            ),
        ])
    func refused(_ type: String, _ text: String) {
        #expect(throws: ServiceFault.self) {
            var decoder = try FormDecoder(contentType: type)
            _ = try decoder.take(Array(text.utf8))
        }
    }

    private func policy(_ conditions: String, end: String = "2030-01-01T00:00:00.000Z") throws -> PostPolicy {
        try PostPolicy(Base64.encode(Array(#"{"expiration":"\#(end)","conditions":[\#(conditions)]}"#.utf8)))
    }

    @Test("a policy holds for what it names, until its end") func conditions() throws {
        let now: Int64 = 1_770_000_000_000_000
        let policy = try policy(#"{"bucket":"lake"},["starts-with","$key","in/"],["eq","$acl","private"],["content-length-range",2,5]"#)
        let fields = ["bucket": "lake", "key": "in/a", "acl": "private", "policy": "p", "x-ignore-b": ""]
        try policy.check(fields, nowMicros: now)
        #expect(policy.byteCounts == 2...5)
        for (name, value) in [("bucket", "other"), ("key", "out/a"), ("acl", "public-read"), ("x-amz-meta-a", "b")] {
            #expect(throws: ServiceFault.self, "\(name)") {
                try policy.check(fields.merging([name: value]) { $1 }, nowMicros: now)
            }
        }
        #expect(throws: ServiceFault.self) { try policy.check(fields, nowMicros: 1_900_000_000_000_000) }
    }

    @Test(
        "a policy that says nothing is none",
        arguments: ["[\"eq\",\"key\",\"a\"]", "[\"content-length-range\",5,2]", "[\"like\",\"$key\",\"a\"]", "7", "{\"key\":7}"])
    func brokenPolicy(_ condition: String) {
        #expect(throws: ServiceFault.self) { try policy(condition) }
        #expect(throws: ServiceFault.self) { try PostPolicy("not base 64!") }
        #expect(throws: ServiceFault.self) { try policy("", end: "tomorrow") }
    }
}
