import SluiceCatalog
import SluiceCore

/// What the last crawl saw, beside what lies there now.
struct CrawlMemory {
    private let known: [CrawledFile]
    private let now: [FoundFile]
    /// Whether the same files lie there as at the last crawl, by path, size and time.
    let isUnchanged: Bool
    let tables: [CrawledTable]
    private let folders: Set<String>
    private let byPath: [ExactText: CrawledFile]
    /// By their texts.
    private let kinds: [ExactText: FileClass]
    /// Whether the last crawl was told the same, so that files that did not change are what they were.
    let isUsable: Bool

    /// - Parameter settings: Of this crawl.
    init(_ state: CrawlState, settings: String, _ files: [FoundFile]) {
        known = state.files
        isUsable = state.settings == settings
        var kinds: [ExactText: FileClass] = [:]
        for text in Set(state.files.lazy.compactMap { $0.kind.map { ExactText($0) } }) { kinds[text] = FileClass(text: text.text) }
        self.kinds = kinds
        tables = state.tables
        // Several targets may name one file.
        var seen: [FoundFile] = []
        for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) where seen.last?.path != file.path {
            seen.append(file)
        }
        now = seen
        isUnchanged =
            state.settings != nil && known.count == seen.count
            && zip(known, seen).allSatisfy { old, new in
                old.byteCount == new.byteCount && old.modifiedMicros == new.modifiedMicros && old.path.utf8.elementsEqual(new.path.utf8)
            }
        folders = Set(known.map { DiskFiles.parent(of: $0.path) })
        byPath = Dictionary(known.map { (ExactText($0.path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func hasSeenFolder(of path: String) -> Bool { folders.contains(DiskFiles.parent(of: path)) }

    /// Whether a file is in a table and is as the last crawl saw it.
    func isUnchanged(_ file: FoundFile) -> Bool { entry(file).map { $0.note == nil } ?? false }

    private func entry(_ file: FoundFile) -> CrawledFile? {
        guard let known = byPath[ExactText(file.path)] else { return nil }
        return known.byteCount == file.byteCount && known.modifiedMicros == file.modifiedMicros ? known : nil
    }

    /// What a file is that did not change; nil where it has to be looked at.
    func sight(of file: FoundFile) -> Sight? {
        guard isUsable, let known = entry(file) else { return nil }
        if let kind = known.kind.flatMap({ kinds[ExactText($0)] }) { return .table(kind) }
        guard let left = Self.leftOut(known), [.recognised, .unknown, .empty].contains(left.kind) else { return nil }
        return .leftOut(left.kind, left.message)
    }

    /// Files that were in no table, as the last crawl noted them.
    var leftOut: [CrawlPlan.LeftOut] { known.compactMap(Self.leftOut) }

    /// A note is `kind:message`.
    private static func leftOut(_ file: CrawledFile) -> CrawlPlan.LeftOut? {
        guard let note = file.note else { return nil }
        let parts = note.split(separator: ":", maxSplits: 1)
        let kind = CrawlPlan.LeftOut.Kind(rawValue: String(parts.first ?? "")) ?? .unknown
        return CrawlPlan.LeftOut(path: file.path, kind: kind, message: parts.count > 1 ? String(parts[1]) : "")
    }

    /// What the next crawl has to know of the files: only what differs is written.
    func note(_ plan: CrawlPlan, changing commit: inout CrawlCommit) {
        let notes = Dictionary(
            plan.leftOut.filter { $0.kind != .seen }.map { (ExactText($0.path), "\($0.kind.rawValue):\($0.message)") },
            uniquingKeysWith: { first, _ in first })
        let seen = Set(plan.leftOut.filter { $0.kind == .seen }.map { ExactText($0.path) })
        for file in now where !seen.contains(ExactText(file.path)) {
            // What changed while it was read is looked at again.
            let modified = plan.changing.contains(ExactText(file.path)) ? -1 : file.modifiedMicros
            let entry = CrawledFile(
                path: file.path, byteCount: file.byteCount, modifiedMicros: modified, note: notes[ExactText(file.path)],
                kind: plan.kinds[ExactText(file.path)])
            if byPath[ExactText(file.path)] != entry { commit.files.append(entry) }
        }
        let present = Set(now.map { ExactText($0.path) })
        commit.goneFiles = known.filter { !present.contains(ExactText($0.path)) }.map(\.path)
    }
}
