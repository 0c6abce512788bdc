import SluiceCore
import SluicePipelines

/// Finds a pipeline's definition by the pipeline's name.
struct DefinitionSearch {
    /// Where definitions are looked for.
    static let directory = "pipelines"

    let session: Session

    /// The definition that a person means: a job or file, as `run` takes it, or the file in `pipelines/` whose `name` it is.
    ///
    /// - Parameter given: Values for its parameters.
    /// - Throws: `notFound` where none has the name; what is wrong with the one that has it.
    func definition(_ name: String, _ given: [GivenParameter] = []) throws -> PipelineDefinition {
        if session.jobs.pipelines.contains(where: { $0.name == name }) || DiskFiles.kind(of: name) == .file {
            return try session.definition(name, given)
        }
        // A file was named, which is not there.
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.contains("/") { return try session.definition(name) }
        var names: [String] = []
        for path in candidates() {
            guard let found = Self.name(in: path) else { continue }
            if found == name { return try session.definition(path, given) }
            names.append(found)
        }
        throw SluiceError(
            .notFound, "there is no definition of pipeline \(name.quotedForMessage) in \(Self.directory)/",
            remedy: Suggestion.remedy(for: name, in: names, noun: "definitions there") ?? "name the definition's file")
    }

    /// Whether the project has a pipeline or flow of a name.
    func isTaken(_ name: String) -> Bool {
        session.jobs.pipelines.contains { $0.name == name } || candidates().contains { Self.name(in: $0) == name }
    }

    private func candidates() -> [String] {
        guard DiskFiles.kind(of: Self.directory) == .directory else { return [] }
        let files = (try? DiskFiles.list(Self.directory).sorted()) ?? []
        return files.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.map { "\(Self.directory)/\($0)" }
    }

    /// The value of a definition's `name`, whatever else is in the file.
    private static func name(in path: String) -> String? { try? PipelineLoader.name(path: path) }
}
