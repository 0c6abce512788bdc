import SluiceCore
import SluicePipelines

/// How one request takes several records of an entity, and what its answer says of each.
package struct WriteBatch: Sendable {
    /// Records of a request, and bytes of its body, at most.
    package var rows: Int
    package var bytes: Int
    /// The member of the body that is the list of records.
    package var list: String
    /// Further members of the body.
    package var members: [(name: String, value: String)]
    /// The columns that say which record is meant: rows that agree in them go into different requests, one after another.
    package var keys: [String]
    /// Where the answer has a result for each record, in their order.
    package var results: [String]
    /// Of a result: what became of the record, and what it says where all is well.
    package var status: [String]
    package var written: Set<String>
    /// Of a result: why the record was not taken.
    package var code: [String]
    package var message: [String]
}

extension WriteBatch {
    static let keys = [
        OptionSpecification("rows", .integer(1...10_000), isRequired: true, "Records of a request at most."),
        OptionSpecification("bytes", .integer(1_000...100_000_000), default: "1000000", "Bytes of its body at most."),
        OptionSpecification("list", .string, isRequired: true, "The member of the body that is the list of records.", examples: ["input"]),
        OptionSpecification("members", .mapping(key: "name", .string, minimum: 0), "Further members of the body."),
        OptionSpecification(
            "keys", .oneOrMany(.string), "The columns that say which record is meant; rows that agree in them go into different requests."),
        OptionSpecification("results", .string, isRequired: true, "Where the answer has a result for each record, in their order."),
        OptionSpecification("status", .string, isRequired: true, "Where a result says what became of the record"),
        OptionSpecification("written", .oneOrMany(.string), isRequired: true, "and what it says where all is well."),
        OptionSpecification("code", .string, "Where a result has the code of what is wrong."),
        OptionSpecification("message", .string, "Where it has the words."),
    ]

    init(_ node: DefinitionNode) throws(SluiceError) {
        rows = try node.require("rows").integer()
        bytes = try node[key: "bytes"]?.integer() ?? 1_000_000
        list = try node.require("list").string()
        var members: [(name: String, value: String)] = []
        for entry in try node.entries("members") { members.append((entry.key, try entry.value.string())) }
        self.members = members
        var keys: [String] = []
        for item in node[key: "keys"]?.oneOrMany() ?? [] { keys.append(try item.string()) }
        self.keys = keys
        results = try node.require("results").path()
        status = try node.require("status").path()
        written = try node.texts("written")
        code = try node[key: "code"]?.path() ?? []
        message = try node[key: "message"]?.path() ?? []
    }
}
