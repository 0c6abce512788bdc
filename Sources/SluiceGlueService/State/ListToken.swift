import SluiceCore
import SluiceServer

/// Where the next page of a listing begins. It says only what its caller has seen, so that it is not signed.
enum ListToken {
    private static let separator: Character = "\n"

    /// - Parameter last: The last of the page before.
    static func text(_ listing: String, _ last: String) -> String { Base64.encode(Array((listing + String(separator) + last).utf8)) }

    /// - Parameter listing: A token of another listing is none of this one.
    /// - Returns: The last of the page before; nil for the first page.
    static func last(_ input: inout InputReader, _ listing: String) throws(ServiceFault) -> String? {
        guard let text = try input.text("NextToken", Rules.token), !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(Array(text.utf8)) else { throw invalid }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: separator, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == listing else { throw invalid }
        return String(parts[1])
    }

    private static var invalid: ServiceFault { Faults.invalid("The NextToken is none of this listing.") }
}

extension GlueCall {
    /// A page of a list that is in memory, told apart by names in ascending order.
    func page<Element>(
        _ elements: [Element], after last: String?, limit: Int, _ listing: String, name: (Element) -> String
    ) -> (page: [Element], token: WireValue?) {
        var rest = elements
        if let last {
            // The last of the page before may be gone by now.
            let next = elements.firstIndex { name($0) == last }.map { $0 + 1 } ?? elements.firstIndex { name($0) > last }
            rest = next.map { Array(elements[$0...]) } ?? []
        }
        let page = Array(rest.prefix(limit))
        guard page.count < rest.count, let end = page.last else { return (page, nil) }
        return (page, .text(ListToken.text(listing, name(end))))
    }
}
