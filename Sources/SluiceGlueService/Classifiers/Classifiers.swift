import SluiceCatalog
import SluiceCore
import SluiceServer

/// Classifiers that clients made: crawlers that name them ask them before the built-in ones.
enum Classifiers {
    private static let kind = "glue-classifier"

    static let operations: [GlueOperation] = [
        GlueOperation("CreateClassifier") { call in
            var input = try call.members()
            let given = try input.classifier(isNew: true)
            try input.finish()
            _ = try given.custom
            guard try call.catalog.addDocument(kind, given.name, given.content.json) else {
                throw Faults.exists("Classifier with name \(given.name) already exists")
            }
            return .empty
        },
        GlueOperation("UpdateClassifier") { call in
            var input = try call.members()
            let given = try input.classifier(isNew: false)
            try input.finish()
            let (known, document) = try find(given.name, call)
            guard known.kind == given.kind else { throw Faults.invalid("Classifier \(given.name) is a \(known.kind.rawValue).") }
            let changed = ClassifierRecord(name: given.name, kind: known.kind, members: known.members.merging(given.members) { $1 })
            _ = try changed.custom
            guard try call.catalog.replaceDocument(kind, given.name, changed.content.json, revision: document.revision) else {
                throw ServiceFault(400, "VersionMismatchException", "Classifier with name \(given.name) was changed meanwhile")
            }
            return .empty
        },
        GlueOperation("GetClassifier") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            let (found, document) = try find(name, call)
            return .value(.structure(["Classifier": found.value(document)]))
        },
        GlueOperation("GetClassifiers") { call in
            var input = try call.members()
            let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
            let last = try ListToken.last(&input, "classifiers")
            try input.finish()
            let (page, token) = PageToken.page(try call.catalog.documents(kind), after: last, limit: limit, "classifiers", name: \.name)
            return .value(
                .structure(["Classifiers": .list(page.compactMap { ClassifierRecord($0)?.value($0) }), "NextToken": token]))
        },
        GlueOperation("DeleteClassifier") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            guard try call.catalog.removeDocument(kind, name) else { throw missing(name) }
            return .empty
        },
    ]

    private static func missing(_ name: String) -> ServiceFault { Faults.missing("Classifier with name \(name) does not exist") }

    /// - Throws: `EntityNotFoundException`.
    private static func find(_ name: String, _ call: GlueCall) throws -> (record: ClassifierRecord, document: StoredDocument) {
        guard let document = try call.catalog.document(kind, name), let record = ClassifierRecord(document) else { throw missing(name) }
        return (record, document)
    }

    /// The classifiers that a crawler names, in its order.
    ///
    /// - Throws: `InvalidInputException` for a name that none has.
    static func named(_ names: [String], _ catalog: Catalog) throws -> [ClassifierRecord] {
        try names.map { name in
            guard let record = try catalog.document(kind, name).flatMap(ClassifierRecord.init) else {
                throw Faults.invalid("Classifier with name \(name) does not exist")
            }
            return record
        }
    }
}
