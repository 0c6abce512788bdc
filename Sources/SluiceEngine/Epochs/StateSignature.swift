import SluiceCatalog
import SluiceCore

/// What the rows that a step keeps stand for: by it, a run tells whether they are of use to the step of a definition that was changed.
struct StateSignature: Codable, Hashable {
    /// What has to be as it was.
    struct Fact: Codable, Hashable {
        /// As it stands before the value in messages: `groups`, `a lateness of`.
        var name: String
        var value: String
        /// A length of time that may become shorter, in microseconds.
        var longest: Int64?

        fileprivate var shown: String { value.isEmpty ? "(none)" : value }
    }

    /// A column of what is kept. Those that are not needed any more are left out.
    struct Column: Codable, Hashable {
        var label: String
        var type: String
    }

    /// What the step does, as definitions call it.
    var kind: String
    var facts: [Fact]
    var columns: [Column]

    /// - Parameter labels: Of the columns of `schema`; what stands for one thing is called alike in every definition.
    init(_ kind: String, _ facts: [Fact], _ schema: Schema, labels: [String]) {
        self.kind = kind
        self.facts = facts.map { Fact(name: $0.name, value: KnownSecrets.masked($0.value), longest: $0.longest) }
        columns = zip(labels, schema.fields).map { Column(label: KnownSecrets.masked($0), type: $1.type.description) }
    }

    /// The schema of what was kept; nil where its types are not known here.
    var schema: Schema? {
        var fields: [Field] = []
        for (index, column) in columns.enumerated() {
            guard let type = try? DataType(parsing: column.type) else { return nil }
            fields.append(Field("column\(index)", type))
        }
        return Schema(unchecked: fields)
    }

    /// For each column that this needs its position in what `kept` describes.
    func positions(in kept: StateSignature) -> [Int]? {
        let places = columns.map { column in kept.columns.firstIndex(of: column) }
        return places.contains(nil) ? nil : places.compactMap(\.self)
    }

    /// Why a step cannot go on with what `kept` describes; nil where it can.
    func difference(from kept: StateSignature) -> String? {
        for fact in facts {
            guard let before = kept.facts.first(where: { $0.name == fact.name }) else { return "has \(fact.name) \(fact.shown) now" }
            if let longest = fact.longest, let known = before.longest {
                if longest > known { return "kept rows for \(fact.name) \(before.value), which is too short for \(fact.value)" }
            } else if fact.value != before.value {
                return "had \(fact.name) \(before.shown), and now \(fact.name) \(fact.shown)"
            }
        }
        for column in columns where !kept.columns.contains(column) {
            if let before = kept.columns.first(where: { $0.label == column.label }) {
                return "kept \(column.label) as \(before.type), and now needs \(column.type)"
            }
            return "did not keep \(column.label), which it needs now"
        }
        return kept.schema == nil ? "kept values of types that are not known any more" : nil
    }
}
