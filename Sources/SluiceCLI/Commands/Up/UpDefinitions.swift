import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceScheduler

/// The definitions that a person named, by files and folders.
struct UpDefinitions {
    /// Each pipeline once, in the order of the arguments.
    let all: [PipelineDefinition]

    /// - Parameters:
    ///   - schedule: Pipelines of folders that it runs are not followed.
    ///   - mayBeNone: There is other work.
    /// - Throws: the mistakes of all definitions; `usage` where two are of one pipeline, or there is none and no job either.
    init(_ names: [String], _ session: Session, _ parameters: [GivenParameter], beside schedule: UpSchedule, mayBeNone: Bool) throws {
        var found: [PipelineDefinition] = []
        var mistakes: [SluiceError] = []
        for (file, isNamed) in try names.flatMap(Self.files) {
            do {
                let definition = try session.definition(file, parameters)
                let isFollowed = definition.isIncremental && !definition.isFlow && schedule.jobs[definition.name] == nil
                if isNamed || isFollowed { found.append(definition) }
            } catch {
                guard let errors = DefinitionErrors.list(error) else { throw error }
                mistakes += errors
            }
        }
        guard mistakes.isEmpty else { throw DefinitionErrors(mistakes) }
        var places: [String: String] = [:]
        for definition in found {
            let place = definition.path ?? definition.name
            if let other = places.updateValue(place, forKey: definition.name) {
                throw SluiceError(
                    .usage,
                    "\(other.quotedForMessage) and \(place.quotedForMessage) are both of the pipeline \(definition.name.quotedForMessage)",
                    remedy: "name each pipeline once, or give one of them another `name`")
            }
        }
        guard !found.isEmpty || !schedule.isEmpty || mayBeNone else {
            throw SluiceError(
                .usage,
                "there is no definition with `incremental: true` and no job in "
                    + (names.isEmpty ? "pipelines/ and catalog/" : names.map(\.quotedForMessage).joined(separator: ", ")),
                remedy: "add it to the definitions that shall follow their sources, or name their files; a `schedule` makes a job")
        }
        guard found.count <= SupervisionLimits.pipelines else {
            throw SluiceError(.limitExceeded, "\(found.count) pipelines are more than \(SupervisionLimits.pipelines) of one process")
        }
        all = found
    }

    private static func files(_ name: String) throws -> [(file: String, isNamed: Bool)] {
        guard DiskFiles.kind(of: name) == .directory else { return [(name, true)] }
        let folder = name.hasSuffix("/") ? String(name.dropLast()) : name
        let definitions = try DiskFiles.list(name).filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !TestSuite.isTests($0) }
        return definitions.sorted().map { (folder + "/" + $0, false) }
    }
}
