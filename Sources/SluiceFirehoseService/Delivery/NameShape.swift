import SluiceCore
import SluiceJSON

/// How names of members become those of columns, and of members of structures inside them: OpenX's options.
///
/// Without regard to case, a member is the column of its very name before it is one that differs in case. Keys of maps become lower case then, as
/// all keys do before OpenX's deserializer looks at them. What is no column is left out. Source: Firehose's API reference, `OpenXJsonSerDe`.
struct NameShape {
    /// What values of a type have inside.
    private indirect enum Inside {
        case nothing
        case elements(Inside)
        case values(Inside)
        case members([String: Column])
    }

    private struct Column {
        var name: String
        var inside: Inside
    }

    private let conversion: Conversion
    private let mappings: [String: String]
    private var root = Inside.nothing

    /// Nil where every name stays as it is.
    init?(_ conversion: Conversion, _ schema: Schema) {
        guard conversion.ignoresCase || conversion.dotsBecomeUnderscores || !conversion.mappings.isEmpty else { return nil }
        self.conversion = conversion
        var mappings = conversion.mappings
        if conversion.ignoresCase {
            for (key, column) in conversion.mappings.sorted(by: { $0.key < $1.key }) where mappings[key.lowercased()] == nil {
                mappings[key.lowercased()] = column
            }
        }
        self.mappings = mappings
        root = .members(columns(schema.fields))
    }

    /// The columns by their names, and by these in lower case where case means nothing.
    private func columns(_ fields: [Field]) -> [String: Column] {
        var columns: [String: Column] = [:]
        for field in fields { columns[field.name] = Column(name: field.name, inside: inside(field.type)) }
        guard conversion.ignoresCase else { return columns }
        for field in fields where columns[field.name.lowercased()] == nil { columns[field.name.lowercased()] = columns[field.name] }
        return columns
    }

    private func inside(_ type: DataType) -> Inside {
        switch type {
        case .list(let element): .elements(inside(element))
        case .map(_, let value): .values(inside(value))
        case .structure(let fields): .members(columns(fields))
        default: .nothing
        }
    }

    func shaped(_ node: JSONNode) -> JSONNode { shaped(node, root) }

    private func shaped(_ node: JSONNode, _ inside: Inside) -> JSONNode {
        switch (inside, node) {
        case (.elements(let element), .list(let nodes)): .list(nodes.map { shaped($0, element) })
        case (.values(let value), .object(let members)):
            .object(members.map { .init(name: key($0.name), value: shaped($0.value, value)) })
        case (.members(let columns), .object(let members)):
            .object(
                members.compactMap { member in
                    column(member.name, columns).map { .init(name: $0.name, value: shaped(member.value, $0.inside)) }
                })
        default: node
        }
    }

    private func column(_ member: String, _ columns: [String: Column]) -> Column? {
        let mapped = mappings[member] ?? (conversion.ignoresCase ? mappings[member.lowercased()] : nil)
        let name = mapped ?? (conversion.dotsBecomeUnderscores ? member.replacing(".", with: "_") : member)
        return columns[name] ?? (conversion.ignoresCase ? columns[name.lowercased()] : nil)
    }

    private func key(_ name: String) -> String {
        let lowered = conversion.ignoresCase ? name.lowercased() : name
        return conversion.dotsBecomeUnderscores ? lowered.replacing(".", with: "_") : lowered
    }
}
