import SluiceCore
package import SluiceJSON
import SluicePipelines

/// A body of JSON with places for values in its texts, as a mapping of a declaration has it.
package indirect enum BodyTemplate: Hashable, Sendable {
    /// One entry of an object, in the order of the declaration.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: BodyTemplate
    }

    case constant(JSONNode)
    case text(TemplateText)
    case list([BodyTemplate])
    case object([Member])

    /// Values with their names, and which of them are numbers.
    struct Values {
        var texts: [String: String]
        var numbers: Set<String> = []
    }

    init(_ node: DefinitionNode) throws(SluiceError) {
        switch node.content {
        case .null: self = .constant(.null)
        case .scalar(let text, let style):
            // As in YAML, quotes make a text of a number.
            let plain = style == .plain ? try? JSONParser.parse(Array(text.utf8)) : nil
            switch plain {
            case .number?, .boolean?: self = .constant(plain ?? .null)
            default: self = .text(try node.template())
            }
        case .list(let items):
            var elements: [BodyTemplate] = []
            for item in items { elements.append(try BodyTemplate(item)) }
            self = .list(elements)
        case .mapping(let entries):
            var members: [Member] = []
            for entry in entries { members.append(Member(name: entry.key, value: try BodyTemplate(entry.value))) }
            self = .object(members)
        }
    }

    var names: [String] {
        switch self {
        case .constant: []
        case .text(let text): text.names
        case .list(let elements): elements.flatMap(\.names)
        case .object(let members): members.flatMap(\.value.names)
        }
    }

    /// The body with values in its places. What needs a value that is not there is left out of its list or object; nil where that is all of it.
    func filled(_ values: Values) -> JSONNode? {
        switch self {
        case .constant(let node): return node
        case .text(let text):
            guard let filled = text.filled(values.texts) else { return nil }
            // A number alone stays one.
            if let name = text.soleName, values.numbers.contains(name), let node = try? JSONParser.parse(Array(filled.utf8)),
                case .number = node
            {
                return node
            }
            return .string(filled)
        case .list(let elements): return .list(elements.compactMap { $0.filled(values) })
        case .object(let members):
            return .object(members.compactMap { member in member.value.filled(values).map { .init(name: member.name, value: $0) } })
        }
    }

    /// The members of the first level that say nothing but the size of a page.
    var sizes: BodyTemplate {
        guard case .object(let members) = self else { return .object([]) }
        return .object(members.filter { $0.value.names == ["limit"] })
    }
}

extension JSONNode {
    /// Puts a value into an object, at names with dots between them; objects on the way are made.
    mutating func set(_ path: ArraySlice<String>, to value: JSONNode) {
        guard let name = path.first else {
            self = value
            return
        }
        var members: [Member] = []
        if case .object(let own) = self { members = own }
        let place = members.firstIndex { $0.name == name }
        var inner = place.map { members[$0].value } ?? .object([])
        inner.set(path.dropFirst(), to: value)
        if let place { members[place].value = inner } else { members.append(Member(name: name, value: inner)) }
        self = .object(members)
    }
}
