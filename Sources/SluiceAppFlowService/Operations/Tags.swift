import SluiceCatalog
import SluiceCore
import SluiceServer

/// Tags of flows, connector profiles and registered connectors.
enum Tags {
    static let kind = "appflow-tags"

    static let operations: [AppFlowOperation] = [
        AppFlowOperation("TagResource", "POST", "/tags/{resourceArn}") { call in
            var input = try call.input()
            let added = try input.map("tags", count: 0...AppFlowLimits.tags, key: Rules.tagKey, value: Rules.tagValue)
            if added == nil { input.missing("tags") }
            try input.finish()
            try change(try resource(call), call) { tags in tags.merge(added ?? [:]) { $1 } }
            return .object([])
        },
        AppFlowOperation("UntagResource", "DELETE", "/tags/{resourceArn}") { call in
            let removed = call.request.head.query.list.filter { $0.name == "tagKeys" }.map(\.value)
            guard !removed.isEmpty else {
                throw Faults.invalid(
                    "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null")
            }
            try change(try resource(call), call) { tags in for key in removed { tags[key] = nil } }
            return .object([])
        },
        AppFlowOperation("ListTagsForResource", "GET", "/tags/{resourceArn}") { call in
            .structure(["tags": .map(try tags(try resource(call), call.context.catalog))])
        },
    ]

    static func tags(_ resource: String, _ catalog: Catalog) throws(SluiceError) -> [String: String] {
        try catalog.value(kind, resource)?.textMap ?? [:]
    }

    static func set(_ tags: [String: String], _ resource: String, _ catalog: Catalog) throws {
        try catalog.change(kind, resource) { $0 = .map(tags) }
    }

    private static func change(_ resource: String, _ call: AppFlowCall, _ body: (inout [String: String]) -> Void) throws {
        try call.context.catalog.change(kind, resource) { value in
            var tags = value?.textMap ?? [:]
            body(&tags)
            guard tags.count <= AppFlowLimits.tags else { throw Faults.invalid("A resource has at most \(AppFlowLimits.tags) tags.") }
            value = .map(tags)
        }
    }

    /// What an ARN names: `flow/orders`.
    ///
    /// - Throws: `ValidationException` for no name of a resource, `ResourceNotFoundException` for one that is not there.
    private static func resource(_ call: AppFlowCall) throws -> String {
        let arn = call.parameters["resourceArn"] ?? ""
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "appflow", let slash = parts[5].firstIndex(of: "/") else {
            throw Faults.invalid("\(arn) is no ARN of a resource of AppFlow.")
        }
        let name = String(parts[5][parts[5].index(after: slash)...])
        guard parts[4] == call.context.account else { throw Faults.missing("The resource \(arn) does not exist.") }
        switch parts[5][..<slash] {
        case "flow": _ = try call.context.flow(name)
        case "connectorprofile": _ = try call.context.profile(name)
        case "connector":
            guard try call.context.registrations().contains(where: { $0.label == name }) else { throw Faults.noConnector(name) }
        default: throw Faults.missing("The resource \(arn) does not exist.")
        }
        return String(parts[5])
    }
}
