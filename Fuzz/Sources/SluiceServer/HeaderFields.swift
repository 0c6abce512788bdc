/// Stands in for the header fields of the port, which are those of NIO: in their order, names in any letter case, one may come several times.
package struct HeaderFields: Sendable {
    package private(set) var list: [(name: String, value: String)] = []

    package init() {}
    package init(_ fields: [(String, String)]) { list = fields.map { (name: $0.0, value: $0.1) } }

    package subscript(name: String) -> String? {
        get { all(name).first }
        set {
            list.removeAll { $0.name.lowercased() == name.lowercased() }
            if let newValue { list.append((name, newValue)) }
        }
    }

    package func all(_ name: String) -> [String] { list.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }
    package mutating func add(_ name: String, _ value: String) { list.append((name, value)) }
}
