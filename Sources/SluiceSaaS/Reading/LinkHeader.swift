/// The header `Link` (RFC 8288): links with their relations, one behind the other.
struct LinkHeader {
    private struct Link {
        var target: String
        /// Relation types, in lower case.
        var relations: [String]
    }

    private var rest: ArraySlice<UInt8>

    private init(_ header: String) { rest = Array(header.utf8)[...] }

    /// Where the relation `next` leads.
    static func next(_ header: String) -> String? {
        var reader = LinkHeader(header)
        while let link = reader.link() { if link.relations.contains("next") { return link.target } }
        return nil
    }

    /// Nil behind the last. What is no link is passed over up to the next target.
    private mutating func link() -> Link? {
        guard let start = rest.firstIndex(of: UInt8(ascii: "<")), let end = rest[start...].firstIndex(of: UInt8(ascii: ">")) else {
            return nil
        }
        var link = Link(target: String(decoding: rest[(start + 1)..<end], as: UTF8.self), relations: [])
        rest = rest[(end + 1)...]
        var hasRelations = false
        while let parameter = parameter() {
            // Of several, the first counts (section 3.3).
            guard parameter.name == "rel", !hasRelations else { continue }
            hasRelations = true
            link.relations = parameter.value.lowercased().split { $0 == " " || $0 == "\t" }.map(String.init)
        }
        return link
    }

    /// The next parameter of a link, its name in lower case; nil where there is none.
    private mutating func parameter() -> (name: String, value: String)? {
        skipBlanks()
        guard rest.first == UInt8(ascii: ";") else { return nil }
        rest = rest.dropFirst()
        skipBlanks()
        let name = token().lowercased()
        skipBlanks()
        guard rest.first == UInt8(ascii: "=") else { return (name, "") }
        rest = rest.dropFirst()
        skipBlanks()
        return (name, rest.first == UInt8(ascii: "\"") ? quoted() : token())
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

    private mutating func token() -> String {
        let text = rest.prefix { !" \t;,=".utf8.contains($0) }
        rest = rest[text.endIndex...]
        return String(decoding: text, as: UTF8.self)
    }

    /// A text in quotes; what stands behind a backslash is part of it.
    private mutating func quoted() -> String {
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            text.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
