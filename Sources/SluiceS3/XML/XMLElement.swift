/// An element of an answer: its name without a prefix, and either its text or its children. Attributes are left out.
struct XMLElement: Hashable, Sendable {
    var name: String
    /// Of an element without children; unescaped.
    var text = ""
    var children: [XMLElement] = []

    /// The text of the first child of a name.
    subscript(name: String) -> String? { children.first { $0.name == name }?.text }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}
