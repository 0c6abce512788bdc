import Foundation
import SluiceTestKit
import Testing

/// A pipeline of the repository, run on `sample-data/`.
struct FinishedPipeline {
    let path: String
    let project: Project
    /// The run's document.
    let run: JSONDocument
    /// The written table, decompressed.
    let table: TableCopy

    /// - Parameter project: where the state of earlier pipelines is; a fresh one by default.
    init(_ name: String, in project: Project? = nil, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        path = Repository.path("pipelines/\(name).yaml")
        self.project = try project ?? Project()
        run = try await self.project.json("run", path, sourceLocation: sourceLocation)
        #expect(run["state"] == .string("succeeded"), "\(run)", sourceLocation: sourceLocation)
        table = try await TableCopy(of: run["tables"]?[0]?["location"]?.text ?? "")
    }

    /// Line and code of each dead letter, in the order of the lines.
    var deadLetters: [(line: Int, code: String)] { get throws { try Self.deadLetters(run) } }

    /// Runs the pipeline once more over the same state: the answer is the same.
    func expectSameAgain(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let second = try await project.json("run", path, sourceLocation: sourceLocation)
        for key in ["rows_in", "rows_out", "dead_letters"] { #expect(second[key] == run[key], "\(key)", sourceLocation: sourceLocation) }
        let after = try await TableCopy(of: second["tables"]?[0]?["location"]?.text ?? "")
        #expect(try after.sortedLines == table.sortedLines, "the second run has other rows", sourceLocation: sourceLocation)
        #expect(try Self.deadLetters(second).map(\.line) == deadLetters.map(\.line), sourceLocation: sourceLocation)
        #expect(project.stagedFiles.isEmpty, sourceLocation: sourceLocation)
    }

    private static func deadLetters(_ run: JSONDocument) throws -> [(line: Int, code: String)] {
        guard let file = run["dead_letter_file"]?.text else { return [] }
        return try JSONDocument.lines(TemporaryDirectory.contents(of: file))
            .map { ($0["line"]?.integer ?? 0, $0["code"]?.text ?? "") }.sorted { $0.0 < $1.0 }
    }
}

/// The files of a table as they are, except that compressed ones are decompressed by the system's gzip.
struct TableCopy {
    private let directory: TemporaryDirectory

    init(of location: String) async throws {
        directory = try TemporaryDirectory()
        let line = "cp -r '\(location)'/. . && find . -name '*.gz' -exec gzip -d {} +"
        let result = try await Command.shell(line, directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    /// All rows of a CSV table, without the columns that stand in directories' names.
    var rows: CSVDocument { get throws { try CSVDocument.directory(directory.root) } }

    /// Rows of a CSV table by the value of the innermost partition key, as the directories say.
    var partitions: [String: CSVDocument] {
        get throws {
            let directories = Set(directory.files().map { $0.split(separator: "/").dropLast().joined(separator: "/") })
            return Dictionary(
                uniqueKeysWithValues: try directories.map { folder in
                    (String(folder.split(separator: "=").last ?? ""), try CSVDocument.directory(directory.path(folder)))
                })
        }
    }

    /// Rows of a JSON table by the value of the innermost partition key.
    var documents: [String: [JSONDocument]] {
        get throws {
            try directory.files().reduce(into: [:]) { result, file in
                let folder = file.split(separator: "/").dropLast().joined(separator: "/")
                result[String(folder.split(separator: "=").last ?? ""), default: []] += try JSONDocument.lines(directory.text(file))
            }
        }
    }

    /// Every line with its directory, in the order of the texts: equal for equal tables, however their rows are spread over files. What all
    /// files of a directory begin with, a header, counts once.
    var sortedLines: [String] {
        get throws {
            var headers: Set<String> = []
            var rows: [String] = []
            for file in directory.files() {
                let folder = file.split(separator: "/").dropLast().joined(separator: "/")
                var lines = try directory.text(file).split(separator: "\n").map { "\(folder): \($0)" }
                if file.hasSuffix(".csv"), !lines.isEmpty { headers.insert(lines.removeFirst()) }
                rows += lines
            }
            return headers.sorted() + rows.sorted()
        }
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
