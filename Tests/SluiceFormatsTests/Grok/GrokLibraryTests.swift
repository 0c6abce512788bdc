import SluiceCore
import SluiceFormats
import Testing

@Suite("The library of grok patterns") struct GrokLibraryTests {
    @Test("every pattern has texts that show what it is") func isComplete() {
        #expect(GrokSamples.all.map(\.name) == GrokLibrary.entries.map(\.name))
        #expect(GrokSamples.all.count >= 80)
        #expect(Set(GrokSamples.all.map(\.name)).count == GrokSamples.all.count)
    }

    @Test("each pattern matches its texts and no others", arguments: GrokSamples.all.map(\.name)) func matches(_ name: String) throws {
        let sample = try #require(GrokSamples.all.first { $0.name == name })
        // A blank line is no record, so that each text stands between bars.
        let lines = (sample.yes + sample.no).map { "|\($0)|" }
        let result = try readText(
            lines.joined(separator: "\n"), ["pattern": .text(#"^\|(?<found>%{\#(name)})\|$"#), "null_texts": .texts([])])
        #expect(
            result.column("found") == sample.yes.map { .string($0) }, "\(result.rejects.map { String(decoding: $0.raw, as: UTF8.self) })")
        #expect(result.rejects.map { String(decoding: $0.raw, as: UTF8.self) } == sample.no.map { "|\($0)|" })
    }
}
