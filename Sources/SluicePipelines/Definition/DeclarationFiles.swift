package import SluiceCore

/// The files of a folder of declarations (`catalog/`): each says by its first key what it declares.
package enum DeclarationFiles {
    /// Files of a folder that are looked at.
    static let maximumFiles = 10_000

    /// A file that declares something.
    package struct File: Sendable {
        package var root: DefinitionNode
        package var path: String
        /// Where relative paths start.
        package var directory: String
    }

    /// The YAML files below a folder that have a key, by path; none where there is no such folder.
    ///
    /// - Throws: what is wrong with the YAML of one of them, placed.
    package static func files(below directory: String, with key: String) throws(SluiceError) -> [File] {
        try files(below: directory, withAnyOf: [key])
    }

    /// The YAML files below a folder that have one of some keys, by path; none where there is no such folder. Tests of pipelines are left out.
    ///
    /// - Throws: what is wrong with the YAML of one of them, placed.
    package static func files(below directory: String, withAnyOf keys: [String]) throws(SluiceError) -> [File] {
        var found: [File] = []
        for file in try results(below: directory, withAnyOf: keys) { found.append(try file.get()) }
        return found
    }

    /// The same, where a file that is no YAML hides none of the others.
    ///
    /// - Throws: What keeps the folder from being read.
    package static func results(below directory: String, withAnyOf keys: [String]) throws(SluiceError) -> [Result<File, SluiceError>] {
        try paths(below: directory).filter { !TestSuite.isTests($0) }.compactMap { path in
            do throws(SluiceError) {
                return try file(path, withAnyOf: keys).map { .success($0) }
            } catch {
                return .failure(error)
            }
        }
    }

    /// A file that has one of some keys; nil where it has none.
    ///
    /// - Throws: What is wrong with its YAML, placed.
    package static func file(_ path: String, withAnyOf keys: [String]) throws(SluiceError) -> File? {
        let root = try YAMLReader.read(DefinitionDocument(path: path, text: try DefinitionFile.read(path)))
        // A job names a crawler or a table's quality, and declares neither.
        if root[key: "job"] != nil, !keys.contains("job") { return nil }
        guard keys.contains(where: { root[key: $0] != nil }) else { return nil }
        return File(root: root, path: path, directory: DefinitionFile.directory(of: path))
    }

    /// Reads a declaration from a text.
    ///
    /// - Parameter path: Of its file, or a name in angle brackets.
    /// - Throws: what is wrong with the YAML, placed.
    package static func read(_ text: String, path: String) throws(SluiceError) -> DefinitionNode {
        try YAMLReader.read(DefinitionDocument(path: path, text: text))
    }

    /// Reads a declaration from a file.
    ///
    /// - Throws: as `read`, and what reading the file throws.
    package static func read(path: String) throws(SluiceError) -> DefinitionNode { try read(DefinitionFile.read(path), path: path) }

    /// YAML files below a folder, by path.
    static func paths(below directory: String) throws(SluiceError) -> [String] {
        guard DiskFiles.kind(of: directory) == .directory else { return [] }
        var files: [String] = []
        var folders = [directory]
        while let folder = folders.popLast() {
            for name in try DiskFiles.list(folder).sorted() where !name.hasPrefix(".") {
                let path = folder + "/" + name
                switch DiskFiles.kind(of: path) {
                case .directory: folders.append(path)
                case .file where name.hasSuffix(".yaml") || name.hasSuffix(".yml"): files.append(path)
                default: break
                }
            }
            guard files.count <= maximumFiles else {
                throw SluiceError(.limitExceeded, "\(directory.quotedForMessage) has more than \(maximumFiles) declarations")
            }
        }
        return files.sorted()
    }
}
