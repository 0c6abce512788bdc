import Foundation
import SluiceTestKit
import Testing

/// A pipeline of the repository, run on `sample-data/` in a fresh state directory.
struct FinishedPipeline {
    let path: String
    let project: Project
    /// The run's document.
    let run: JSONDocument

    init(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        path = Repository.path("pipelines/\(name).yaml")
        project = try Project()
        run = try await project.json("run", path, sourceLocation: sourceLocation)
        #expect(run["state"] == .string("succeeded"), "\(run)", sourceLocation: sourceLocation)
    }

    /// Where the files of the written table are.
    var location: String { run["tables"]?[0]?["location"]?.text ?? "" }

    /// All rows of the table, without the columns that stand in directories' names.
    var rows: CSVDocument { get throws { try CSVDocument.directory(location) } }

    /// Rows by the value of the innermost partition key, as the directories say.
    var partitions: [String: CSVDocument] {
        get throws {
            let files = TemporaryDirectory.files(below: location).filter { $0.hasSuffix(".csv") }
            let directories = Set(files.map { $0.split(separator: "/").dropLast().joined(separator: "/") })
            return Dictionary(
                uniqueKeysWithValues: try directories.map { directory in
                    (String(directory.split(separator: "=").last ?? ""), try CSVDocument.directory(location + "/" + directory))
                })
        }
    }

    /// Line and code of each dead letter, in the order of the lines.
    var deadLetters: [(line: Int, code: String)] { get throws { try Self.deadLetters(run) } }

    /// Runs the pipeline once more over the same state: the answer is the same.
    func expectSameAgain(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let before = try rows.sorted
        let letters = try deadLetters.map(\.line)
        let second = try await project.json("run", path, sourceLocation: sourceLocation)
        for key in ["rows_in", "rows_out", "dead_letters"] { #expect(second[key] == run[key], "\(key)", sourceLocation: sourceLocation) }
        let after = try rows.sorted
        #expect(after == before, "the second run has other rows", sourceLocation: sourceLocation)
        #expect(try Self.deadLetters(second).map(\.line) == letters, sourceLocation: sourceLocation)
        #expect(project.stagedFiles.isEmpty, sourceLocation: sourceLocation)
    }

    private static func deadLetters(_ run: JSONDocument) throws -> [(line: Int, code: String)] {
        guard let file = run["dead_letter_file"]?.text else { return [] }
        return try JSONDocument.lines(TemporaryDirectory.contents(of: file))
            .map { ($0["line"]?.integer ?? 0, $0["code"]?.text ?? "") }.sorted { $0.0 < $1.0 }
    }
}

/// The exact answers to `sample-data/`, which its generator wrote.
enum Expected {
    static func answers(to set: String) throws -> JSONDocument {
        try #require(JSONDocument(parsing: TemporaryDirectory.contents(of: Repository.path("sample-data/expected.json")))[set])
    }

    /// A sum of decimal texts, without rounding; the text of a number that is none makes it `NaN`.
    static func sum(_ amounts: [String]) -> Decimal { amounts.reduce(Decimal(0)) { $0 + (Decimal(string: $1) ?? .nan) } }

    static func sum(_ amount: JSONDocument?) -> Decimal { Decimal(string: amount?.text ?? "") ?? .nan }
}
