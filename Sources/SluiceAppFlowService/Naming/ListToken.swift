import SluiceCore
import SluiceServer

/// Pages of listings. A token says only what its caller has seen, so that it is not signed.
enum ListToken {
    private static let separator: Character = "\n"

    /// - Parameter listing: A token of another listing is none of this one.
    /// - Returns: The last of the page before; nil for the first page.
    static func last(_ input: inout InputReader, _ listing: String) throws(ServiceFault) -> String? {
        guard let text = try input.text("nextToken", Rules.token), !text.isEmpty else { return nil }
        let invalid = Faults.invalid("The nextToken is none of this listing.")
        guard let bytes = Base64.decode(Array(text.utf8)) else { throw invalid }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == listing else { throw invalid }
        return String(parts[1])
    }

    /// A page of elements in their order.
    ///
    /// - Parameters:
    ///   - last: The name of the last one of the page before.
    ///   - isBehind: Whether one comes behind that name, which may be gone by now.
    static func page<Element>(
        _ elements: [Element], after last: String?, limit: Int, _ listing: String, isBehind: (String, String) -> Bool = { $0 > $1 },
        name: (Element) -> String
    ) -> (page: [Element], token: WireValue?) {
        let rest = last.map { last in elements.drop { !isBehind(name($0), last) } } ?? elements[...]
        let page = Array(rest.prefix(limit))
        guard page.count < rest.count, let end = page.last else { return (page, nil) }
        return (page, .text(Base64.encode(Array((listing + String(separator) + name(end)).utf8))))
    }
}
