import SluiceCore
import SluicePipelines

extension JobLoad {
    init(_ node: DefinitionNode) throws(SluiceError) {
        bodies = [:]
        for entry in try node.require("bodies").mapping() {
            guard let kind = ServiceEntity.Write(rawValue: entry.key) else {
                throw node.unknownKey(entry, known: ServiceEntity.Write.allCases.map(\.rawValue))
            }
            bodies[kind] = try entry.value.template()
        }
        create = try node.require("create").template()
        id = try node.require("id").path()
        upload = try node.require("upload").template()
        close = try JobRead.Call(node.require("close"))
        abort = try JobRead.Call(node.require("abort"))
        status = try node.require("status").template()
        state = try node.require("state").path()
        open = try node.texts("open")
        done = try node.texts("done")
        failed = try node.texts("failed")
        message = try node[key: "message"]?.path() ?? []
        refused = try node.require("refused").template()
        refusedCount = try node[key: "refused_count"]?.path() ?? []
        reason = try node.require("reason").string()
        unprocessed = try node.require("unprocessed").template()
        nulls = try node[key: "nulls"]?.string() ?? ""
        bytes = try node[key: "bytes"]?.integer() ?? SaaSLimits.loadBytes
        threshold = try node[key: "threshold"]?.integer() ?? SaaSLimits.loadThreshold
    }

    /// All texts with names of values in them.
    var templates: [TemplateText] {
        Array(bodies.values) + [create, upload, close.path, abort.path, status, refused, unprocessed]
            + [close.body, abort.body].compactMap(\.self)
    }
}
