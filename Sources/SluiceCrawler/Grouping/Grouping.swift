import SluiceCore
import SluiceFormats

/// Which of a target's files are one table: folders whose files are alike become its partitions, others are tables of their own.
///
/// A folder is *whole* when all that lies below it is one table, equally deep; then the folder above may put several of them together.
struct Grouping {
    private let root: String
    private let isFile: Bool
    private let settings: CrawlSettings
    private let files: [ClassifiedFile]
    private let clusters: Clusters
    /// Folders that are tables already, with the number of their partition keys.
    private let known: [String: Int]
    private(set) var groups: [TableGroup] = []
    private(set) var odd: [OddFile] = []

    /// - Parameters:
    ///   - isFile: the target is a file, not the folder that it lies in.
    ///   - files: in the order of their paths.
    init(root: String, isFile: Bool, _ files: [ClassifiedFile], _ clusters: Clusters, _ settings: CrawlSettings, known: [String: Int] = [:])
    {
        self.root = root
        self.isFile = isFile
        self.settings = settings
        self.files = files
        self.clusters = clusters
        self.known = known
        guard !files.isEmpty else { return }
        let tree = Folder(files.indices.map { ($0, files[$0].file.folders[...]) }, name: Self.lastName(root))
        if case .whole(let part) = look(tree, level: 1) { emit(part) }
    }

    /// A folder and what lies below it.
    private struct Folder {
        var name: String
        var path: [String] = []
        var files: [Int] = []
        var folders: [Folder] = []

        init(_ entries: [(index: Int, folders: ArraySlice<String>)], name: String, path: [String] = []) {
            self.name = name
            self.path = path
            var below: [(name: String, entries: [(Int, ArraySlice<String>)])] = []
            for entry in entries {
                guard let first = entry.folders.first else {
                    files.append(entry.index)
                    continue
                }
                // Files come in the order of their paths, so those of a folder follow one another.
                if below.last?.name != first { below.append((first, [])) }
                below[below.count - 1].entries.append((entry.index, entry.folders.dropFirst()))
            }
            folders = below.map { Folder($0.entries, name: $0.name, path: path + [$0.name]) }
        }

        var allFiles: [Int] { files + folders.flatMap(\.allFiles) }
        var isPartition: Bool { name.dropFirst().contains("=") }
    }

    /// Files that are one table.
    private struct Part {
        var cluster: Int
        /// Levels of folders between the folder and the files.
        var depth: Int
        var files: [Int]
        /// The folder that names the table, unless a folder above puts it together with others.
        var home: Folder
    }

    private enum Finding {
        case nothing
        case whole(Part)
        /// Its tables were made already.
        case apart
    }

    // MARK: Folders

    private mutating func look(_ folder: Folder, level: Int) -> Finding {
        if let wanted = settings.tableLevel, level == wanted { return combined(folder) }
        let isAbove = settings.tableLevel.map { level < $0 } ?? false
        if !isAbove, !folder.folders.isEmpty, folder.folders.allSatisfy(\.isPartition) { return partitioned(folder) }
        let below = folder.folders.map { look($0, level: level + 1) }
        let wholes = below.compactMap { if case .whole(let part) = $0 { part } else { nil } }
        let isApart = below.contains { if case .apart = $0 { true } else { false } }
        if folder.files.isEmpty {
            if wholes.isEmpty { return isApart ? .apart : .nothing }
            if !isApart, !isAbove, let part = joined(wholes, in: folder) { return .whole(part) }
            for whole in wholes { emit(whole) }
            return .apart
        }
        if wholes.isEmpty, !isApart { return isAbove ? separate(folder) : plain(folder) }
        let isFew = Self.areOdd(folder.files.count, of: folder.files.count + wholes.reduce(0) { $0 + $1.files.count })
        if !isApart, !isAbove, isFew, wholes.count > 1, let part = joined(wholes, in: folder) {
            for index in folder.files { report(index, "it lies beside the folders of the table \(folder.name.quotedForMessage)") }
            return .whole(part)
        }
        for whole in wholes { emit(whole) }
        return separate(folder)
    }

    /// A folder whose folders say that they are partitions: one table, or one for each kind of files, whatever folder they lie in.
    private mutating func partitioned(_ folder: Folder) -> Finding {
        let below = folder.folders.flatMap(\.allFiles)
        let parts = Dictionary(grouping: below) { [files[$0].cluster, files[$0].file.folders.count - folder.path.count] }
            .map { Part(cluster: $0.key[0], depth: $0.key[1], files: $0.value, home: folder) }
            .sorted { ($1.files.count, $0.files[0]) < ($0.files.count, $1.files[0]) }
        let others = below.count - parts[0].files.count
        if others == 0 || Self.areOdd(others, of: below.count) {
            let odd = parts.dropFirst().flatMap(\.files)
            for index in odd.sorted() { report(index, "it is not like the other files below \(folder.name.quotedForMessage)") }
            for index in folder.files { report(index, "it lies beside the folders of the table \(folder.name.quotedForMessage)") }
            return .whole(parts[0])
        }
        for part in parts { emit(part) }
        return folder.files.isEmpty ? .apart : separate(folder)
    }

    private static func areOdd(_ few: Int, of all: Int) -> Bool {
        few <= max(1, all * CrawlLimits.oddPercent / 100) && (all - few) * 100 >= all * CrawlLimits.alikePercent
    }

    /// The folders below as partitions of one table; nil where they are not alike.
    private mutating func joined(_ wholes: [Part], in folder: Folder) -> Part? {
        // A folder that only holds another one may be a partition of the folder above, but has none itself, unless an earlier crawl found more.
        if wholes.count == 1 {
            var part = wholes[0]
            part.depth += 1
            if known[path(of: folder)] == part.depth { part.home = folder }
            return part
        }
        var counts: [[Int]: Int] = [:]
        for whole in wholes { counts[[whole.cluster, whole.depth], default: 0] += 1 }
        let most = counts.max { ($0.value, $1.key[0]) < ($1.value, $0.key[0]) }
        guard let most else { return nil }
        let alike = wholes.filter { [$0.cluster, $0.depth] == most.key }
        let others = wholes.filter { [$0.cluster, $0.depth] != most.key }
        guard others.isEmpty || Self.areOdd(others.count, of: wholes.count) else { return nil }
        for other in others { emit(other) }
        return Part(cluster: most.key[0], depth: most.key[1] + 1, files: alike.flatMap(\.files), home: folder)
    }

    /// A folder that holds files only.
    private mutating func plain(_ folder: Folder) -> Finding {
        let byCluster = Dictionary(grouping: folder.files) { files[$0].cluster }
        let sorted = byCluster.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        guard let most = sorted.first else { return .nothing }
        let others = folder.files.count - most.value.count
        guard others == 0 || (most.value.count > 1 && Self.areOdd(others, of: folder.files.count)) else { return separate(folder) }
        for (_, odd) in sorted.dropFirst() {
            for index in odd { report(index, "it is not like the other files of \(folder.name.quotedForMessage)") }
        }
        return .whole(Part(cluster: most.key, depth: 0, files: most.value, home: folder))
    }

    /// A folder whose files are several tables.
    private mutating func separate(_ folder: Folder) -> Finding {
        let byCluster = Dictionary(grouping: folder.files) { files[$0].cluster }
        for (cluster, indices) in byCluster.sorted(by: { $0.value[0] < $1.value[0] }) {
            let names = indices.map { files[$0].file.name }
            let name = byCluster.count == 1 ? folder.name : TableNaming.common(names) ?? folder.name
            emit(Part(cluster: cluster, depth: 0, files: indices, home: folder), name: name, sharesFolder: byCluster.count > 1)
        }
        return .apart
    }

    /// A folder of the level that is a table, whatever is below it: one for each way in which its files have to be read.
    private mutating func combined(_ folder: Folder) -> Finding {
        var parts: [Part] = []
        for index in folder.allFiles {
            let depth = files[index].file.folders.count - folder.path.count
            let kind = files[index].kind
            let place = parts.firstIndex {
                $0.depth == depth && clusters.clusters[$0.cluster].joined.isCompatible(with: kind)
            }
            if let place {
                parts[place].files.append(index)
            } else {
                parts.append(Part(cluster: files[index].cluster, depth: depth, files: [index], home: folder))
            }
        }
        for part in parts { emit(part) }
        return .apart
    }

    // MARK: Tables

    private mutating func report(_ index: Int, _ reason: String) {
        let kind = files[index].kind
        odd.append(OddFile(path: files[index].file.path, reason: "\(reason): \(kind.format), \(kind.columns.count) columns"))
    }

    private mutating func emit(_ part: Part, name: String? = nil, sharesFolder: Bool = false) {
        let folder = part.home
        var kind = files[part.files[0]].kind
        for index in part.files.dropFirst() { kind.join(files[index].kind) }
        // What was found out holds for all files and all readers.
        if kind.classifier == CSVFormat.name { kind.options["detect"] = .text("none") }
        let below = part.files.map { files[$0].file.folders.dropFirst(folder.path.count) }
        let (keys, values) = PartitionKey.keys(below, besides: kind.columns.map(\.name))
        groups.append(
            TableGroup(
                baseName: name ?? (isFile ? TableNaming.stem(files[part.files[0]].file.name) : folder.name), location: path(of: folder),
                sharesFolder: sharesFolder, isFile: isFile, keys: keys, kind: kind,
                files: zip(part.files, values).map { file($0, $1) }))
    }

    private func file(_ index: Int, _ values: [String?]) -> TableGroup.File {
        TableGroup.File(file: files[index].file, values: values, kind: files[index].kind, isAssumed: files[index].isAssumed)
    }

    private func path(of folder: Folder) -> String {
        folder.path.isEmpty ? root : (root == "/" ? "" : root) + "/" + folder.path.joined(separator: "/")
    }

    private static func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "root" }
}
