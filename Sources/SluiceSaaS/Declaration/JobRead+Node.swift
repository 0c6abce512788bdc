import SluiceCore
import SluiceHTTP
import SluicePipelines

extension JobRead {
    /// - Parameter name: Of limits without one.
    init(_ node: DefinitionNode, named name: String) throws(SluiceError) {
        create = try Call(node.require("create"))
        id = try node.require("id").path()
        start = try node[key: "start"].map { node throws(SluiceError) in try Call(node) }
        status = try node.require("status").template()
        state = try node.require("state").path()
        done = try node.texts("done")
        failed = try node.texts("failed")
        waiting = try node.texts("waiting")
        message = try node[key: "message"]?.path() ?? []
        results = try Results(node.require("results"))
        estimate = try node[key: "estimate"].map { node throws(SluiceError) in
            Estimate(
                path: try node.require("path").template(), parameters: try node.templates("query"), count: try node.require("count").path())
        }
        threshold = try node[key: "threshold"]?.integer() ?? SaaSLimits.jobThreshold
        spanMicros = try node[key: "span"]?.timeSpan().micros
        limits = try node.limits(named: name)
    }

    /// All texts with names of values in them.
    var templates: [TemplateText] {
        [create, start].compactMap(\.self).flatMap { [$0.path] + [$0.body].compactMap(\.self) }
            + [status, results.path] + results.parameters.map(\.value) + [estimate?.path].compactMap(\.self)
            + (estimate?.parameters.map(\.value) ?? [])
    }
}

extension JobRead.Call {
    init(_ node: DefinitionNode) throws(SluiceError) {
        method = try node[key: "method"]?.string() ?? "POST"
        path = try node.require("path").template()
        body = try node[key: "body"]?.template()
    }
}

extension JobRead.Results {
    fileprivate init(_ node: DefinitionNode) throws(SluiceError) {
        path = try node.require("path").template()
        parameters = try node.templates("query")
        size = try node[key: "size"]?.integer() ?? 50_000
        countHeader = try node[key: "count"]?.string()
        isFile = try node[key: "ranges"]?.boolean() ?? false
        nulls = try node[key: "nulls"]?.oneOrMany().map { node throws(SluiceError) in try node.string() } ?? [""]
        guard let header = try node[key: "next"]?.string() else { return }
        next = (header, try node[key: "end"]?.string() ?? "", try node.require("parameter").string())
    }
}
