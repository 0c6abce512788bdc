import Glibc
import SluiceCore

/// Walks the directories that a pattern can match in, and no others.
struct DirectoryListing {
    private let store: DirectoryStore
    private var found: [ExactText: ObjectInfo] = [:]

    init(_ store: DirectoryStore) { self.store = store }

    func sorted() throws(SluiceError) -> [ObjectInfo] { found.values.sorted { ObjectName.precedes($0.name, $1.name) } }

    /// Adds the files below `directory` that the parts match.
    mutating func add(_ parts: ArraySlice<Glob.Part>, below directory: String, depth: Int = 0) throws(SluiceError) {
        guard depth <= StorageLimits.directoryDepth else {
            throw SluiceError(
                .limitExceeded, "directories are nested deeper than \(StorageLimits.directoryDepth) at \(directory.quotedForMessage)",
                at: .file(path: store.path(directory)))
        }
        guard let part = parts.first else { return }
        let rest = parts.dropFirst()
        switch part {
        case .literal(let name): try visit(Self.joined(directory, name), rest, depth)
        case .wildcard(let pattern):
            for name in try store.names(in: directory) ?? [] where pattern.matches(name[...]) {
                try visit(Self.joined(directory, name), rest, depth)
            }
        case .directories:
            try add(rest, below: directory, depth: depth)
            for name in try store.names(in: directory) ?? [] where !ObjectName.isHidden(name) {
                let path = Self.joined(directory, name)
                // A link may lead back up; it is entered only where a pattern names it.
                if isPlainDirectory(path) { try add(parts, below: path, depth: depth + 1) }
            }
        }
    }

    /// Takes a file that the whole pattern matched, or goes on in a directory.
    private mutating func visit(_ name: String, _ rest: ArraySlice<Glob.Part>, _ depth: Int) throws(SluiceError) {
        guard let status = try store.listedStatus(name) else {
            // Listing repairs bytes that are no UTF-8, and under the repaired name there is nothing.
            guard name.unicodeScalars.contains("\u{FFFD}") else { return }
            throw SluiceError(
                .unreadable, "the name of \(name.quotedForMessage) is not UTF-8", at: .file(path: store.path("")), remedy: "rename it")
        }
        if rest.isEmpty {
            guard status.st_mode & S_IFMT == S_IFREG else { return }
            found[ExactText(name)] = ObjectInfo(name: name, status)
            guard found.count <= StorageLimits.listedObjects else {
                throw SluiceError(
                    .limitExceeded, "more than \(StorageLimits.listedObjects) files match", at: .file(path: store.path("")),
                    remedy: "name a part of the directories")
            }
        } else if status.st_mode & S_IFMT == S_IFDIR {
            try add(rest, below: name, depth: depth + 1)
        }
    }

    private func isPlainDirectory(_ name: String) -> Bool {
        var status = stat()
        return lstat(store.path(name), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func joined(_ directory: String, _ name: String) -> String { directory.isEmpty ? name : directory + "/" + name }
}
