/// An element of an answer: its name without a prefix, and either its text or its children. Attributes are left out.
package struct XMLElement: Hashable, Sendable {
    package var name: String
    /// Of an element without children; unescaped.
    package var text = ""
    package var children: [XMLElement] = []

    package init(name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The text of the first child of a name.
    package subscript(name: String) -> String? { children.first { $0.name == name }?.text }

    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
}
