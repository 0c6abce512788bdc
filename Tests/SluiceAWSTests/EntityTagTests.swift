import SluiceAWS
import Testing

@Suite("entity tags")
struct EntityTagTests {
    @Test(
        "lose one pair of quotes, where they have one",
        arguments: [
            ("\"abc-2\"", "abc-2"), ("abc", "abc"), ("\"\"", ""), ("\"", "\""), ("", ""), ("*", "*"), ("W/\"a\"", "W/\"a\""),
            ("\"a", "\"a"),
        ])
    func unquoted(_ tag: String, _ kept: String) { #expect(EntityTag.unquoted(tag) == kept) }

    @Test("get quotes, unless they are weak ones, which have them") func quoted() {
        #expect(EntityTag.quoted("abc-2") == "\"abc-2\"")
        #expect(EntityTag.quoted("W/\"a\"") == "W/\"a\"")
    }
}
