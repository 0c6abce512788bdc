import SluiceCore
import SluiceFormats
import Testing

@Suite("Log files") struct LogFileTests {
    /// Lines as the programs write them, with the pattern that is detected.
    static let logs: [(pattern: String, lines: [String])] = [
        (
            "%{COMBINEDAPACHELOG}",
            [
                #"203.0.113.4 - ann [01/Mar/2024:10:00:48 +0000] "GET /search?q=caf%C3%A9 HTTP/1.1" 200 17278 "https://search.example/?q=tea" "Mozilla/5.0 (X11; Linux x86_64)""#,
                #"2001:db8::7 - - [01/Mar/2024:10:00:49 +0000] "POST /cart HTTP/2.0" 302 0 "-" "-""#,
                #"198.51.100.9 - - [01/Mar/2024:10:00:50 +0000] "\x16\x03\x01\x00\xEE" 400 166 "-" "-""#,
                #"host.example - bob [01/Mar/2024:10:00:51 +0100] "GET / HTTP/1.1" 304 - "-" "a \"quoted\" agent""#,
            ]
        ),
        (
            "%{COMMONAPACHELOG}",
            [
                #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#,
                #"127.0.0.1 - - [10/Oct/2000:13:55:37 -0700] "-" 408 -"#,
            ]
        ),
        (
            "%{SYSLOGLINE}",
            [
                "Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
                "Mar  1 10:00:01 web-1 sshd[4721]: Failed password for invalid user admin from 203.0.113.9 port 50422 ssh2",
                "Mar  1 10:00:02 web-1 CRON[77]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
                "Mar  1 10:00:03 web-1 kernel: [  123.456789] eth0: link up",
                "Mar  1 10:00:04 web-1 systemd-logind[512]: New session 3 of user ann.",
            ]
        ),
        (
            "%{SYSLOG5424LINE}",
            [
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8",
                "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
                #"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application"] An entry"#,
            ]
        ),
        (
            "%{HTTPD_ERRORLOG}",
            [
                "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:4000] File does not exist: /x",
                "[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied by server configuration: /export/live/ap/htdocs/test",
            ]
        ),
        (
            "%{NGINXERROR}",
            [
                #"2024/03/01 10:00:48 [error] 31#31: *1 open() "/srv/x" failed (2: No such file or directory), client: 10.0.0.1, server: _"#,
                "2024/03/01 10:00:48 [notice] 1#1: start worker processes",
            ]
        ),
    ]

    @Test("a well-known log is detected, with the reason, and read", arguments: logs.map(\.pattern)) func detected(_ pattern: String) throws
    {
        let lines = try #require(Self.logs.first { $0.pattern == pattern }).lines
        let result = try readText(lines.joined(separator: "\n") + "\n")
        #expect(result.rejects.isEmpty)
        #expect(result.rows.count == lines.count)
        #expect(result.layout.options["pattern"] == .texts([pattern]))
        let count = lines.count
        #expect(
            result.layout.warnings == [
                "test.log: pattern: \(pattern) was detected: \(count) of the \(count) lines looked at match it; set detect: none to read whole lines"
            ])
        // The layout travels: records elsewhere are read as here.
        let layout = try FileLayout(serialized: result.layout.serialized)
        let decoder = try FormatRegistry.decoder(layout, schema: result.schema)
        let records = RawRecords(bytes: Array(lines[0].utf8), starts: [0], ends: [Int32(lines[0].utf8.count)])
        let decoded = decoder.decode(records, origin: Origin(.shard(stream: "s", shard: "0"), .dense(first: 1, count: 1)))
        #expect(decoded.batch.columns.map { $0[0] } == result.rows[0])
        let whole = try readText(lines.joined(separator: "\n"), ["detect": .text("none")])
        #expect(whole.column("line") == lines.map { .string($0) })
    }

    @Test("most lines decide; what does not match is rejected, not lost") func mostLines() throws {
        let log = Self.logs[0].lines
        let mixed = log + log + ["--- rotated ---"] + log
        let result = try readText(mixed.joined(separator: "\n"))
        #expect(result.layout.options["pattern"] == .texts(["%{COMBINEDAPACHELOG}"]))
        #expect(result.rejects.map { String(decoding: $0.raw, as: UTF8.self) } == ["--- rotated ---"])
        #expect(result.rejects.first?.location?.description.hasPrefix("test.log:9") == true)
        #expect(result.rows.count == 12)
        let few = try readText((log + Array(repeating: "something else", count: 4)).joined(separator: "\n"))
        #expect(few.schema.names == ["line"])
        #expect(few.layout.warnings == [])
    }

    @Test("tables are not taken for logs") func tables() throws {
        for content in ["id,name\n1,Ann\n2,Bob\n", "a;b\n1;2\n", "{\"a\":1}\n", "", "\n\n", "just words\n"] {
            #expect(try readText(content).schema.names == ["line"])
        }
    }

    @Test("parts of a line: a request that is none, an agent with quotes, names of hosts") func parts() throws {
        let result = try readText(Self.logs[0].lines.joined(separator: "\r\n"))
        #expect(result.column("clientip").last == .string("host.example"))
        #expect(result.column("rawrequest") == [.null, .null, .string(#"\x16\x03\x01\x00\xEE"#), .null])
        #expect(result.column("verb") == [.string("GET"), .string("POST"), .null, .string("GET")])
        #expect(result.column("bytes") == [.integer(17_278), .integer(0), .integer(166), .null])
        #expect(result.column("agent").last == .string(#"a \"quoted\" agent"#))
        #expect(result.column("timestamp").last == .timestamp(1_709_283_651_000_000, zoned: true))
        let syslog = try readText(Self.logs[2].lines.joined(separator: "\n"))
        #expect(syslog.column("program").prefix(4) == [.string("su"), .string("sshd"), .string("CRON"), .string("kernel")])
        #expect(syslog.column("pid") == [.null, .integer(4721), .integer(77), .null, .integer(512)])
        let modern = try readText(Self.logs[3].lines.joined(separator: "\n"))
        #expect(modern.column("syslog5424_ts").first == .timestamp(1_065_910_455_003_000, zoned: true))
        #expect(modern.column("syslog5424_sd").last == .string(#"[exampleSDID@32473 iut="3" eventSource="Application"]"#))
        #expect(modern.column("syslog5424_msg").last == .string("An entry"))
    }

    @Test("the log of the sample data is read; its lines that are cut are rejected") func sampleData() throws {
        let file = try SampleData.bytes("access.log")
        let access = MemoryAccess(file)
        let format = try FormatRegistry.recordFormat(named: "text")
        let description = try format.describe(FileInput(access, path: "access.log"))
        let result = try read(file, format, description.schema, path: "access.log")
        #expect(result.rows.count == 2_988)
        #expect(result.rejects.count == 12)
        #expect(result.rejects.allSatisfy { $0.error.message.contains("fits up to the record's end and expects more") })
        #expect(result.column("response").allSatisfy { if case .integer(let status) = $0 { (100..<600).contains(status) } else { false } })
    }
}
