import Foundation

/// A JSON document for assertions: absent keys and wrong kinds read as nil or empty, so a test states only what it expects.
package enum JSONDocument: Equatable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([JSONDocument])
    case object([String: JSONDocument])

    /// - Throws: when the text is not exactly one JSON document.
    package init(parsing text: String) throws {
        do {
            self = try JSONDecoder().decode(JSONDocument.self, from: Data(text.utf8))
        } catch {
            throw CommandError("no JSON document (\(error)): \(text.prefix(2_000))")
        }
    }

    /// One document for each line of a text.
    package static func lines(_ text: String) throws -> [JSONDocument] {
        try text.split(separator: "\n").map { try JSONDocument(parsing: String($0)) }
    }

    /// The value of a key; nil where there is none, or no object.
    package subscript(key: String) -> JSONDocument? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The item at a position; nil outside, or where there is no list.
    package subscript(position: Int) -> JSONDocument? {
        if case .list(let items) = self, items.indices.contains(position) { items[position] } else { nil }
    }

    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    package var boolean: Bool? { if case .boolean(let flag) = self { flag } else { nil } }
    /// Items of a list; empty otherwise.
    package var items: [JSONDocument] { if case .list(let items) = self { items } else { [] } }
    /// Members of an object; empty otherwise.
    package var members: [String: JSONDocument] { if case .object(let members) = self { members } else { [:] } }
    package var keys: Set<String> { Set(members.keys) }
    /// Members that are whole numbers, by key.
    package var counts: [String: Int] { members.compactMapValues(\.integer) }
}

extension JSONDocument: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let items = try? container.decode([JSONDocument].self) {
            self = .list(items)
        } else {
            self = .object(try container.decode([String: JSONDocument].self))
        }
    }
}
