import NIOHTTP1

/// Header fields in their order; names are the same in any letter case, and one may come several times.
package struct HeaderFields: Sendable {
    var stored: HTTPHeaders

    package init() { stored = HTTPHeaders() }
    package init(_ fields: [(String, String)]) { stored = HTTPHeaders(fields) }
    init(_ stored: HTTPHeaders) { self.stored = stored }

    /// The first value of a name. Setting it replaces all of them; nil takes them away.
    package subscript(name: String) -> String? {
        get { stored.first(name: name) }
        set {
            if let newValue { stored.replaceOrAdd(name: name, value: newValue) } else { stored.remove(name: name) }
        }
    }

    /// All values of a name, in order.
    package func all(_ name: String) -> [String] { stored[name] }
    package mutating func add(_ name: String, _ value: String) { stored.add(name: name, value: value) }
    package var list: [(name: String, value: String)] { stored.map { (name: $0.name, value: $0.value) } }
}
