import SluiceCatalog
import SluiceCore

/// What a pipeline remembers of what it has read.
struct PipelineProgress: Sendable {
    var name: String
    /// By source.
    var bookmarks: [Bookmark]
    /// Pieces of its source that were committed, over all runs.
    var epochs: Int

    var updatedMicros: Int64? { bookmarks.map(\.updatedMicros).max() }

    static func all(in catalog: Catalog) throws(SluiceError) -> [PipelineProgress] {
        let bookmarks = Dictionary(grouping: try catalog.bookmarks(), by: \.pipeline)
        var found: [PipelineProgress] = []
        for (name, bookmarks) in bookmarks.sorted(by: { $0.key < $1.key }) {
            found.append(PipelineProgress(name: name, bookmarks: bookmarks, epochs: try catalog.pipelineState(name)?.epoch ?? 0))
        }
        return found
    }

    /// - Throws: `notFound` with the nearest name.
    static func of(_ name: String, in catalog: Catalog) throws(SluiceError) -> PipelineProgress {
        let all = try all(in: catalog)
        if let found = all.first(where: { $0.name == name }) { return found }
        throw SluiceError(
            .notFound, "pipeline \(name.quotedForMessage) has no bookmarks",
            remedy: Suggestion.remedy(for: name, in: all.map(\.name), noun: "pipelines with bookmarks")
                ?? "run it with `incremental: true` in its definition, or with --follow")
    }

    var summaryJSON: Value {
        .object([
            "pipeline": .string(name), "bookmarks": .number(bookmarks.count), "epochs": .number(epochs),
            "last_read_at": updatedMicros.map { .time($0) } ?? .null,
        ])
    }
}

extension Bookmark {
    /// The position as text, or in base 64 where it is none.
    var positionText: String { String(validating: position, as: UTF8.self) ?? Base64.encode(position) }

    var json: Value {
        .object([
            "source": .string(source), "position": .string(positionText), "run": .text(run?.text), "updated_at": .time(updatedMicros),
        ])
    }
}
