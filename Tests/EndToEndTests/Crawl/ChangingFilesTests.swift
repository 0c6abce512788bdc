import SluiceTestKit
import Testing

/// Crawls of a folder in which somebody works.
@Suite("crawls of files that change")
struct ChangingFilesTests {
    @Test("files that grow, are cut, come and go while they are crawled end no crawl, and the next one after it has them as they are")
    func changing() async throws {
        let project = try Project()
        for file in 0..<8 {
            try project.directory.write("data/f\(file).csv", "id,text\n" + (0..<20_000).map { "\($0),t\($0)\n" }.joined())
        }
        // Until the file `stop` is there.
        let work = """
            n=0
            while [ ! -e stop ]; do
              n=$((n + 1))
              echo "$n,grown" >> data/f0.csv
              printf 'id,text\\n1,cut\\n' > data/f1.csv
              printf 'id,text\\n2,new\\n' > "data/new $((n % 5)).csv"
              rm -f "data/new $(((n + 2) % 5)).csv"
              mv data/f2.csv data/moved.csv 2>/dev/null || mv data/moved.csv data/f2.csv
              printf 'x' >> "data/junk $((n % 3)).bin"
            done
            """
        let worker = try Command.shell(work, directory: project.directory.root).start()
        var codes: [Int32?] = []
        var transcripts: [String] = []
        for _ in 0..<4 {
            let crawl = try await project.sluice("crawl", "data", "--database", "d")
            codes.append(crawl.exitCode)
            transcripts.append(crawl.transcript)
        }
        try project.directory.write("stop", "")
        _ = try await worker.wait()
        #expect(codes == [0, 0, 0, 0], "\(transcripts)")
        let last = try await project.sluice("crawl", "data", "--database", "d")
        #expect(last.exitCode == 0, "\(last.transcript)")
        let lines = try TemporaryDirectory.files(below: project.directory.path("data")).filter { $0.hasSuffix(".csv") }.reduce(0) {
            $0 + (try project.directory.text("data/" + $1)).split(separator: "\n").count - 1
        }
        let counted = try await project.json("query", "SELECT count(*) AS n FROM d.data")
        #expect(counted["rows"]?.items.first?["n"]?.integer == lines)
        let stated = try await project.json("catalog", "show", "d.data", "--rows", "0")
        #expect(stated["table"]?["rows"]?.integer == lines, "\(last.transcript)")
    }
}
