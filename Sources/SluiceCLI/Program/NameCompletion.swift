import ArgumentParser
import SluiceCatalog
import SluiceConnectors
import SluiceExpressions
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceRegistry

/// What a shell offers for arguments that name something: looked up when the person presses Tab. Failures offer nothing.
enum NameCompletion {
    static let tables = CompletionKind.custom { words, _, _ in
        (try? catalog(words)?.tables().map(\.name.description)) ?? []
    }
    static let databases = CompletionKind.custom { words, _, _ in
        (try? catalog(words)?.databases().map(\.name)) ?? []
    }
    static let runs = CompletionKind.custom { words, _, _ in
        ["last"] + ((try? catalog(words)?.runs(limit: 20).map(\.id.text)) ?? [])
    }
    static let bookmarkedPipelines = CompletionKind.custom { words, _, _ in
        Set((try? catalog(words)?.bookmarks().map(\.pipeline)) ?? []).sorted()
    }
    static let flows = CompletionKind.custom { _, _, _ in (try? FlowFiles.all().map(\.name)) ?? [] }
    static let streams = CompletionKind.custom { words, _, _ in
        (try? StreamStore(directory: home(words) + "/streams").list()) ?? []
    }
    static let secrets = CompletionKind.custom { words, _, _ in (try? catalog(words)?.secrets().map(\.name)) ?? [] }
    static let schemas = CompletionKind.custom { words, _, _ in (try? catalog(words)?.schemas(in: nil).map(\.fullName)) ?? [] }
    static let functions = CompletionKind.custom { _, _, _ in FunctionCatalog.names + FunctionCatalog.aggregates.map(\.name) }
    static let formats = CompletionKind.list(FormatRegistry.formats.map { $0.name })
    static let connectors = CompletionKind.custom { _, _, _ in Invocation.current.connectors.connectors.map(\.name) }

    private static func catalog(_ words: [String]) throws -> Catalog? {
        let home = home(words)
        return Catalog.exists(home: home) ? try Catalog(home: home) : nil
    }

    /// The state that the unfinished command line means.
    private static func home(_ words: [String]) -> String {
        HomeOptions.directory(named: words.firstIndex(of: "--home").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil })
    }
}
