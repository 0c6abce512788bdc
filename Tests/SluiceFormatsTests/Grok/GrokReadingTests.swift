import SluiceCore
import SluiceFormats
import Testing

func text(_ options: [String: OptionValue] = [:]) throws -> any RecordFormat {
    try FormatRegistry.recordFormat(named: "text", options: options)
}

/// Reads with the columns and types that the pattern states.
func readText(_ content: String, _ options: [String: OptionValue] = [:], path: String = "test.log") throws -> ReadResult {
    let format = try text(options)
    let input = FileInput(MemoryAccess(Array(content.utf8)), path: path)
    return try read(content, format, format.describe(input).schema, path: path)
}

@Suite("Text with grok patterns") struct GrokReadingTests {
    @Test("a combined log's line becomes typed columns; a dash is null") func combined() throws {
        let line =
            #"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#
        let result = try readText(line + "\n", ["pattern": .text("%{COMBINEDAPACHELOG}")])
        #expect(result.rejects.isEmpty)
        #expect(result.column("clientip") == [.string("127.0.0.1")])
        #expect(result.column("ident") == [.null])
        #expect(result.column("auth") == [.string("frank")])
        #expect(result.column("timestamp") == [.timestamp(971_211_336_000_000, zoned: true)])
        #expect(result.column("verb") == [.string("GET")])
        #expect(result.column("request") == [.string("/apache_pb.gif")])
        #expect(result.column("httpversion") == [.string("1.0")])
        #expect(result.column("rawrequest") == [.null])
        #expect(result.column("response") == [.integer(200)])
        #expect(result.column("bytes") == [.integer(2326)])
        #expect(result.column("referrer") == [.string("http://www.example.com/start.html")])
        #expect(result.column("agent") == [.string("Mozilla/4.08 [en] (Win98; I ;Nav)")])
    }

    @Test("without a pattern a line is one column, whatever ends it") func lines() throws {
        let result = try readText("a\r\n\nb, \"c\"\n - \nlast")
        #expect(result.column("line") == [.string("a"), .string(""), .string("b, \"c\""), .string(" - "), .string("last")])
        #expect(result.lines == [1, 2, 3, 4, 5])
    }
}
