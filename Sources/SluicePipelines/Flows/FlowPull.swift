import SluiceCore

/// The value of `pull`: which records a run reads.
package struct FlowPull {
    /// The column that says that a row's key is to be removed; it goes to the destination, which does not store it.
    package static let deletionColumn = "_sluice_deleted"

    let mode: FlowKeys.PullMode
    let deleted: FlowKeys.Deleted
    let newFields: DefinitionNode?
    /// Options of the source.
    let options: [(String, DefinitionNode)]
    private let node: DefinitionNode
    private let entity: EntityManual?

    /// - Parameter entity: What the source reads; nil where the connector does not say.
    /// - Throws: `invalidOption`, placed, for all that the entity does not have.
    init(_ node: DefinitionNode, _ entity: EntityManual?) throws {
        self.node = node
        self.entity = entity
        mode = try (node.isMapping ? node.require("mode") : node).enumeration(FlowKeys.PullMode.self)
        deleted = try node[key: "deleted"]?.enumeration(FlowKeys.Deleted.self) ?? .keep
        newFields = node[key: "new_fields"]
        var options: [(String, DefinitionNode)] = []
        for name in ["from", "lag", "slice_mb", "new_fields"] { if let value = node[key: name] { options.append((name, value)) } }
        self.options = options
        try check()
    }

    private func check() throws {
        var errors = ErrorCollector()
        for name in ["lag", "slice_mb"] where mode == .full {
            guard let option = node[key: name] else { continue }
            try errors.add(
                option.invalid("a full pull has no windows, so \(name) means nothing", remedy: "leave it out, or write mode: incremental"))
        }
        if mode == .incremental, let entity, entity.cursor == nil {
            try errors.add(
                node.invalid(
                    "\(entity.name) has no cursor that tells new records", remedy: "write pull: full, which reads it whole each time"))
        }
        if deleted != .keep, entity?.deleted == nil, let place = node[key: "deleted"] {
            try errors.add(
                place.invalid(
                    "\(entity?.name ?? "the source") does not say which records are deleted",
                    remedy: "leave it out, or drop them by a filter"))
        }
        try errors.throwIfAny()
    }

    /// What stands before the tasks.
    var steps: [DefinitionNode] {
        guard let condition = entity?.deleted, let place = node[key: "deleted"]?.location else { return [] }
        let isDeleted = "coalesce(\(condition), false)"
        switch deleted {
        case .keep: return []
        case .drop: return [.mapping([("filter", .text("NOT \(isDeleted)", at: place))], at: place)]
        case .delete:
            return [.mapping([("derive", .mapping([(Self.deletionColumn, .text(isDeleted, at: place))], at: place))], at: place)]
        }
    }

    /// Columns that go through the mapping although no task names them.
    var carried: [String] { deleted == .delete ? [Self.deletionColumn] : [] }

    /// What a destination needs to remove keys.
    ///
    /// - Throws: `invalidOption`, placed at `pull`, for a destination that cannot.
    func deletion(at destination: FlowDestination) throws(SluiceError) -> [(String, DefinitionNode)] {
        guard deleted == .delete, let place = node[key: "deleted"] else { return [] }
        guard destination.has("delete_when"), destination.has("not_stored") else {
            throw place.invalid(
                "\(destination.label) cannot remove rows", remedy: "write deleted: keep or drop, or write to a table with keys")
        }
        return [
            ("delete_when", .text(Self.deletionColumn, at: place.location)), ("not_stored", .text(Self.deletionColumn, at: place.location)),
        ]
    }
}
