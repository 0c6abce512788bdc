import SluiceCore

/// Where the next page of a listing begins. It says only what its caller has seen, so that it is not signed.
package enum PageToken {
    private static let separator: Character = "\n"

    /// - Parameter last: The last of the page before.
    package static func text(_ listing: String, _ last: String) -> String {
        Base64.encode(Array((listing + String(separator) + last).utf8))
    }

    /// - Returns: The last of the page before; nil for a token of another listing, and for what is no token.
    package static func last(_ text: String, of listing: String) -> String? {
        guard let bytes = Base64.decode(Array(text.utf8)) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0] == listing ? String(parts[1]) : nil
    }

    /// A page of a list that is in memory, told apart by names in their order.
    ///
    /// - Parameters:
    ///   - last: The name of the last one of the page before.
    ///   - isBehind: Whether one comes behind that name, which may be gone by now.
    /// - Returns: The page, and the token for the next one where there is one.
    package static func page<Element>(
        _ elements: [Element], after last: String?, limit: Int, _ listing: String, isBehind: (String, String) -> Bool = { $0 > $1 },
        name: (Element) -> String
    ) -> (page: [Element], token: WireValue?) {
        var rest = elements[...]
        if let last {
            let next = elements.firstIndex { name($0) == last }.map { $0 + 1 } ?? elements.firstIndex { isBehind(name($0), last) }
            rest = elements[(next ?? elements.endIndex)...]
        }
        let page = Array(rest.prefix(limit))
        guard page.count < rest.count, let end = page.last else { return (page, nil) }
        return (page, .text(text(listing, name(end))))
    }
}
