import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceScheduler

/// The definitions that a person named, by files and folders.
struct UpDefinitions {
    /// Each pipeline once, in the order of the arguments.
    private(set) var all: [PipelineDefinition] = []
    /// What is wrong with definitions of folders, which are left out.
    private(set) var mistakes: [SluiceError] = []
    /// Paths of files that a person named: they are wanted, so that mistakes in them end the command.
    private var named: Set<String> = []

    /// - Parameter schedule: Pipelines of folders that it runs are not followed.
    /// - Throws: the mistakes of files that were named; `usage` where two are of one pipeline.
    init(_ names: [String], _ session: Session, _ parameters: [GivenParameter], beside schedule: UpSchedule) throws {
        for (file, isNamed) in try names.flatMap(Self.files) {
            do {
                if isNamed {
                    named.insert(file)
                } else if try JobSet.isDeclared(in: file) {
                    continue
                }
                let definition = try session.definition(file, parameters)
                let isFollowed = definition.isIncremental && !definition.isFlow && schedule.jobs[definition.name] == nil
                if isNamed || isFollowed { all.append(definition) }
            } catch {
                try note(error, isNamed: isNamed)
            }
        }
        var places: [String: String] = [:]
        for definition in all {
            let place = definition.path ?? definition.name
            if let other = places.updateValue(place, forKey: definition.name) {
                throw SluiceError(
                    .usage,
                    "\(other.quotedForMessage) and \(place.quotedForMessage) are both of the pipeline \(definition.name.quotedForMessage)",
                    remedy: "name each pipeline once, or give one of them another `name`")
            }
        }
        guard all.count <= SupervisionLimits.pipelines else {
            throw SluiceError(.limitExceeded, "\(all.count) pipelines are more than \(SupervisionLimits.pipelines) of one process")
        }
    }

    private mutating func note(_ error: any Error, isNamed: Bool) throws {
        guard let errors = DefinitionErrors.list(error) else { throw error }
        guard !isNamed else { throw DefinitionErrors(errors) }
        mistakes += errors
    }

    /// Plans them.
    ///
    /// - Returns: Those that are right; the mistakes of others are added to `mistakes`.
    /// - Throws: the mistakes of files that were named.
    mutating func plans(_ session: Session, _ catalog: Catalog, tell: (_ pipeline: String, _ notice: String) -> Void) async throws
        -> [UpPipelines.Planned]
    {
        var plans: [UpPipelines.Planned] = []
        for definition in all {
            do {
                let plan = try await Planner.plan(definition, in: session.planContext(for: definition, catalog: catalog))
                try IncrementalRules.check(plan)
                for notice in plan.notices { tell(definition.name, notice) }
                plans.append(.init(definition: definition, plan: plan))
            } catch  where DefinitionErrors.passingReason(error) != nil {
                plans.append(.init(definition: definition, plan: nil))
            } catch {
                try note(error, isNamed: definition.path.map(named.contains) ?? true)
            }
        }
        return plans
    }

    private static func files(_ name: String) throws -> [(file: String, isNamed: Bool)] {
        guard DiskFiles.kind(of: name) == .directory else { return [(name, true)] }
        let folder = name.hasSuffix("/") ? String(name.dropLast()) : name
        let definitions = try DiskFiles.list(name).filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !TestSuite.isTests($0) }
        return definitions.sorted().map { (folder + "/" + $0, false) }
    }
}
