import SluiceServer

/// The tokens of Glue's listings.
enum ListToken {
    /// - Parameter listing: A token of another listing is none of this one.
    /// - Returns: The last of the page before; nil for the first page.
    static func last(_ input: inout InputReader, _ listing: String) throws(ServiceFault) -> String? {
        guard let text = try input.text("NextToken", Rules.token), !text.isEmpty else { return nil }
        guard let last = PageToken.last(text, of: listing) else { throw Faults.invalid("The NextToken is none of this listing.") }
        return last
    }
}
