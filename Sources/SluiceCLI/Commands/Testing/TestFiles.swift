import SluiceCore
import SluicePipelines

/// Finds the tests that a person means by files and directories.
struct TestFiles {
    /// A definition with one file of its tests.
    struct Found: Sendable {
        var definition: String
        var suite: TestSuite
    }

    let connectors: ConnectorRegistry

    /// Files that are looked at in a directory at most.
    static let mostFiles = 10_000

    /// - Parameter paths: Definitions, files of tests, directories; empty: `pipelines`, or the working directory.
    /// - Throws: `notFound` where there are no tests; everything that is wrong with them.
    func find(_ paths: [String]) throws -> [Found] {
        let paths = paths.isEmpty ? [DiskFiles.kind(of: "pipelines") == .directory ? "pipelines" : "."] : paths
        var found: [Found] = []
        for path in paths {
            var those: [Found] = []
            if DiskFiles.kind(of: path) == .directory {
                var count = 0
                try search(path, &those, &count)
            } else {
                those = try tests(ofFile: path)
            }
            guard !those.isEmpty else {
                throw SluiceError(
                    .notFound, "there are no tests in \(path.quotedForMessage)", at: .file(path: path),
                    remedy: "a definition has them under `tests:`, or in a file NAME.tests.yaml beside it")
            }
            for one in those where !found.contains(where: { $0.suite.path == one.suite.path }) { found.append(one) }
        }
        return found
    }

    private func search(_ directory: String, _ found: inout [Found], _ count: inout Int) throws {
        for name in try DiskFiles.list(directory).sorted() where !name.hasPrefix(".") {
            let path = directory == "." ? name : directory + "/" + name
            switch DiskFiles.kind(of: path) {
            case .directory: try search(path, &found, &count)
            case .file where name.hasSuffix(".yaml") || name.hasSuffix(".yml"):
                count += 1
                guard count <= Self.mostFiles else {
                    throw SluiceError(
                        .limitExceeded, "there are more than \(Self.mostFiles) YAML files below \(directory.quotedForMessage)",
                        remedy: "name the directory that holds the definitions")
                }
                // Other YAML may lie about; what is no test is no mistake here.
                if Self.definition(ofTests: path) != nil || Self.mayHoldTests(path) { found += try tests(ofFile: path, alone: true) }
            default: break
            }
        }
    }

    /// Whether a line of a file begins with `tests:`: only then it is read as a definition.
    private static func mayHoldTests(_ path: String) -> Bool {
        guard let bytes = try? DiskFiles.read(path), bytes.count <= DefinitionLimits.textBytes else { return false }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).contains { $0.hasPrefix("tests:") }
    }

    /// - Parameter alone: Only the file's own tests, not those beside it.
    private func tests(ofFile path: String, alone: Bool = false) throws -> [Found] {
        if let definition = Self.definition(ofTests: path) {
            guard let suite = try TestSuite.load(path: path, connectors: connectors) else { return [] }
            guard DiskFiles.kind(of: definition) == .file else {
                throw SluiceError(
                    .fileNotFound, "there is no definition \(definition.quotedForMessage) for these tests", at: .file(path: path),
                    remedy: "tests in NAME.tests.yaml belong to NAME.yaml beside it")
            }
            return [Found(definition: definition, suite: suite)]
        }
        var found: [Found] = []
        if let suite = try TestSuite.load(path: path, connectors: connectors) { found.append(Found(definition: path, suite: suite)) }
        guard !alone, let dot = path.lastIndex(of: ".") else { return found }
        for suffix in TestSuite.suffixes where DiskFiles.kind(of: path[..<dot] + suffix) == .file {
            found += try tests(ofFile: path[..<dot] + suffix)
        }
        return found
    }

    /// The definition that a file of tests is beside of; nil for another file.
    private static func definition(ofTests path: String) -> String? {
        guard let suffix = TestSuite.suffixes.first(where: { path.hasSuffix($0) }) else { return nil }
        let stem = path.dropLast(suffix.count)
        return ["yaml", "yml"].map { "\(stem).\($0)" }.first { DiskFiles.kind(of: $0) == .file } ?? "\(stem).yaml"
    }
}
