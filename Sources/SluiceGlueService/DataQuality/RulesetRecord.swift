import SluiceCatalog
import SluicePipelines
import SluiceQuality
import SluiceServer

/// A rule set as the catalog keeps it for the service.
struct RulesetRecord: Sendable {
    let name: String
    let content: WireValue
    let createdMicros: Int64
    let updatedMicros: Int64

    init(_ document: StoredDocument) {
        name = document.name
        content = WireValue(json: document.content) ?? .object([])
        createdMicros = document.createdMicros
        updatedMicros = document.updatedMicros
    }

    /// The content of the document of a new one.
    static func document(
        _ rules: String, description: String? = nil, target: DataSourceInput? = nil, token: String? = nil
    ) -> String {
        WireValue.structure([
            "Ruleset": .text(rules), "Description": description.map { .text($0) }, "TargetTable": target?.given,
            "token": token.map { .text($0) },
        ]).json
    }

    var text: String { content["Ruleset"]?.string ?? "" }
    var token: String? { content["token"]?.string }

    /// As answers about it alone have it.
    var value: WireValue {
        .structure([
            "Name": .text(name), "Description": content["Description"], "Ruleset": .text(text), "TargetTable": content["TargetTable"],
            "CreatedOn": .time(micros: createdMicros), "LastModifiedOn": .time(micros: updatedMicros),
        ])
    }

    /// As listings have it.
    var summary: WireValue {
        let count = (try? RuleText(text: text, path: name))?.ruleSet.rules.count
        return .structure([
            "Name": .text(name), "Description": content["Description"], "TargetTable": content["TargetTable"],
            "CreatedOn": .time(micros: createdMicros), "LastModifiedOn": .time(micros: updatedMicros),
            "RuleCount": count.map { .integer(Int64($0)) },
        ])
    }
}
