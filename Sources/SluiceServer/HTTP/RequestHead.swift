import SluiceCore

/// What a client wants, before its body.
package struct RequestHead: Sendable {
    /// `GET`
    package let method: String
    /// As it was sent: percent-encoded, without the query, with its `..` and `//`; it begins with a slash.
    package let rawPath: String
    /// As it was sent; empty where there is none.
    package let rawQuery: String
    package let headers: HeaderFields
    /// Whether it came over TLS.
    package let isSecure: Bool

    package init(method: String, target: String, headers: HeaderFields = HeaderFields(), isSecure: Bool = false) {
        self.method = method
        self.isSecure = isSecure
        self.headers = headers
        // A client of a proxy writes the whole address.
        var target = Substring(target)
        if target.utf8.first != UInt8(ascii: "/"), let scheme = target.firstRange(of: "://") {
            let rest = target[scheme.upperBound...]
            target = rest[(rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex)...]
        }
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        let path = String(target[..<mark])
        rawPath = path.hasPrefix("/") ? path : "/" + path
        rawQuery = String(target[mark...].dropFirst())
    }

    /// Decoded anew at each call.
    package var query: QueryItems { QueryItems(rawQuery) }

    /// Bytes of the body; nil where the head does not say.
    package var contentLength: Int? { headers["Content-Length"].flatMap(Int.init) }

    /// The path with its percent-encoding taken away; a plus stays one.
    package var path: String { PercentText.decode(rawPath, plusIsBlank: false) }
}

/// The decoded names and values of a query, in order.
package struct QueryItems: Sendable {
    package let list: [(name: String, value: String)]

    package init(_ raw: String) {
        list = raw.split(separator: "&").map { item in
            let mark = item.firstIndex(of: "=") ?? item.endIndex
            return (PercentText.decode(item[..<mark]), PercentText.decode(item[mark...].dropFirst()))
        }
    }

    /// The first value of a name, empty for one without a value; nil where there is none.
    package subscript(name: String) -> String? { list.first { $0.name == name }?.value }
    package func has(_ name: String) -> Bool { list.contains { $0.name == name } }
}
