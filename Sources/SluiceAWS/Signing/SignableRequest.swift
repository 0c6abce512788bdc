import SluiceCore

/// A request as it is signed: nothing of it may change on the way, but for headers that are not among the signed ones.
package struct SignableRequest: Hashable, Sendable {
    /// What a signature says about the body.
    package enum Payload: Hashable, Sendable {
        case bytes([UInt8])
        /// The body is not signed (S3 over TLS).
        case unsigned
    }

    /// A header; values of one name may come several times.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A name and a value of the query, not encoded.
    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    /// Not encoded; empty counts as `/`.
    package var path: String
    package var query: [Parameter]
    /// With `Host`.
    package var headers: [Header]
    package var payload: Payload

    package init(_ method: String, path: String, query: [Parameter] = [], headers: [Header], payload: Payload) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.payload = payload
    }

    /// The value of the first header of a name in any letter case.
    package func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }

    /// The path and query as they stand in the request line.
    package var target: String {
        let query = query.map { PercentText.encode($0.name) + "=" + PercentText.encode($0.value) }.joined(separator: "&")
        return PercentText.encode(path.isEmpty ? "/" : path, keepsSlashes: true) + (query.isEmpty ? "" : "?" + query)
    }
}
