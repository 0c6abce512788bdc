import SluiceCore

/// The tests of one file: of a definition, or of `NAME.tests.yaml` beside `NAME.yaml`.
package struct TestSuite: Sendable {
    /// Ends of the names of files of tests.
    package static let suffixes = [".tests.yaml", ".tests.yml"]

    /// Whether a file of the name holds tests and no definition.
    package static func isTests(_ path: String) -> Bool { suffixes.contains { path.hasSuffix($0) } }

    /// The file of the tests.
    package let path: String
    package let text: String
    package let tests: [PipelineTest]

    /// Nil where the file holds no tests.
    ///
    /// - Throws: `DefinitionErrors` with everything that is wrong with the tests, or what reading throws.
    package static func load(path: String, connectors: ConnectorRegistry) throws -> TestSuite? {
        let text = try DefinitionFile.read(path)
        let root = try YAMLReader.read(DefinitionDocument(path: path, text: text))
        let isBeside = isTests(path)
        guard let node = isBeside && root.isList ? root : root[key: "tests"] else {
            if isBeside { throw root.missing("tests", remedy: "the file is a list of tests, or has one under `tests:`") }
            return nil
        }
        if isBeside, case .mapping(let entries) = root.content, let other = entries.first(where: { $0.key != "tests" }) {
            throw root.unknownKey(other, known: ["tests"])
        }
        var errors = ErrorCollector()
        errors.add(contentsOf: TestSpecification.shape.errors(in: node, connectors: connectors))
        try errors.throwIfAny()
        var tests: [PipelineTest] = []
        for item in try node.list() {
            if let test = try errors.attempt({ try PipelineTest(from: item) }) { tests.append(test) }
        }
        try errors.throwIfAny()
        return TestSuite(path: path, text: text, tests: tests)
    }
}
