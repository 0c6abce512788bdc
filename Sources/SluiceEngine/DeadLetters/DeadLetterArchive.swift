import SluiceCore
package import SluicePipelines

/// The dead letters of all pipelines of a state: `<home>/dead-letters/<pipeline>/<run>.jsonl`, one JSON object a line.
package struct DeadLetterArchive: Sendable {
    /// The dead letters of one run, or of one epoch of a run.
    package struct File: Hashable, Sendable {
        package var pipeline: String
        /// The run's id, and behind a hyphen the number of the epoch where a run has several.
        package var run: String
        package var path: String
        package var letters: Int
        package var bytes: Int
        /// The run that replayed them; nil where they wait for it.
        package var replayedBy: String?
    }

    /// A dead letter as it was kept.
    package struct Letter: Hashable, Sendable, Decodable {
        package var code: String
        package var message: String
        package var step: String
        package var column: String?
        package var file: String?
        package var line: Int?
        package var stream: String?
        package var shard: String?
        package var sequence: String?
        package var raw: String?
        /// Instead of `raw` where the bytes are no UTF-8.
        package var rawBase64: String?
        /// Why its record cannot go through the pipeline again; nil where it can.
        package var replay: String?
        /// The only route that its record may enter again; nil: as all records.
        package var route: String?
        /// The row that failed, which goes on from the step in which it did; nil where the record goes through all of the pipeline.
        package var row: String?
        /// The header that stood above the record in its file.
        package var header: FileHeader?
        /// How it failed before, oldest first; nil for one that was never replayed.
        package var history: [DeadLetter.Failure]?

        private enum CodingKeys: String, CodingKey {
            case code, message, step, column, file, line, stream, shard, sequence, raw, replay, route, row, header, history
            case rawBase64 = "raw_base64"
        }

        /// `path:line`, or `stream/shard@sequence`.
        package var place: String {
            if let file { return line.map { "\(file):\($0)" } ?? file }
            if let stream { return "\(stream)/\(shard ?? "?")@\(sequence ?? "?")" }
            return ""
        }
    }

    private let directory: String

    package init(home: String) { directory = home + "/dead-letters" }

    /// The files, by pipeline and run, oldest first.
    ///
    /// - Parameters:
    ///   - pipeline: Only those of this pipeline.
    ///   - run: Only those of runs that begin so.
    package func files(of pipeline: String? = nil, run: String? = nil) throws -> [File] {
        guard DiskFiles.kind(of: directory) == .directory else { return [] }
        var files: [File] = []
        for name in try DiskFiles.list(directory).sorted() where pipeline == nil || name == pipeline {
            guard DiskFiles.kind(of: "\(directory)/\(name)") == .directory else { continue }
            for entry in try DiskFiles.list("\(directory)/\(name)").sorted() where entry.hasSuffix(Self.suffix) {
                let (id, replayedBy) = Self.names(entry)
                guard run.map({ id.hasPrefix($0.uppercased()) }) ?? true else { continue }
                let path = "\(directory)/\(name)/\(entry)"
                var letters = 0
                try Self.forEachLine(path) { _ in
                    letters += 1
                    return true
                }
                files.append(
                    File(
                        pipeline: name, run: id, path: path, letters: letters, bytes: DiskFiles.byteCount(of: path) ?? 0,
                        replayedBy: replayedBy))
            }
        }
        return files
    }

    /// Letters in the order in which they were kept, until `body` returns false.
    ///
    /// - Throws: `corruptFile` for a line that is no dead letter.
    package func forEachLetter(in file: File, _ body: (Letter) throws -> Bool) throws {
        var number = 0
        try Self.forEachLine(file.path) { line in
            number += 1
            return try body(try Letter(line, at: .file(path: file.path, line: number)))
        }
    }

    /// Removes a file.
    package func drop(_ file: File) throws { try DiskFiles.removeTree(file.path) }

    private static let suffix = ".jsonl"
    private static let replayed = ".replayed-by-"

    /// The run whose letters a file has, and the one that replayed them.
    private static func names(_ entry: String) -> (run: String, replayedBy: String?) {
        let name = entry.dropLast(suffix.count)
        guard let mark = name.firstRange(of: replayed) else { return (String(name), nil) }
        return (String(name[..<mark.lowerBound]), String(name[mark.upperBound...]))
    }

    /// Where a file's letters are once a run has replayed them: its name is the mark, so that they are not replayed again.
    static func path(of file: File, replayedBy run: String) -> String {
        String(file.path.dropLast(suffix.count)) + replayed + run + suffix
    }

    private static func forEachLine(_ path: String, _ body: ([UInt8]) throws -> Bool) throws {
        var reader = try LineReader(path: path)
        while let line = try reader.next() {
            if line.isEmpty { continue }
            if try !body(line) { return }
        }
    }
}
