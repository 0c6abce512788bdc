import Testing

@testable import SluiceCore

/// Secrets of which an excerpt shows a part.
@Suite("secrets at the cuts of excerpts")
struct CutSecretTests {
    private static let secret = "CUTSECRET" + String(repeating: "abcdefghij", count: 5)

    @Test("what of a secret stands at the mark of a cut is hidden, wherever the cut is", arguments: [4, 9, 10, 30, 58])
    func cuts(_ length: Int) {
        KnownSecrets.add(Self.secret)
        let (head, tail) = (Self.secret.prefix(length), Self.secret.suffix(length))
        #expect(KnownSecrets.masked("answered \"xx\(head)…\" (88 bytes)") == "answered \"xx***…\" (88 bytes)")
        #expect(KnownSecrets.masked("its last words: …\(tail) end") == "its last words: …*** end")
        #expect(KnownSecrets.masked("\(head)…\(tail)…x\(head)…") == "***…***…x***…")
        #expect(KnownSecrets.masked("é…\(Self.secret)…") == "é…***…")
    }

    @Test("an excerpt of a message shows nothing of a secret that goes on behind it") func excerpt() {
        KnownSecrets.add(Self.secret)
        for before in [0, 30, 60, 75, 79, 200] {
            let text = KnownSecrets.masked((String(repeating: "y", count: before) + Self.secret + " z").quotedForMessage)
            #expect(!text.contains("CUTS"), "\(text)")
        }
    }

    @Test("other texts keep their marks") func others() {
        KnownSecrets.add(Self.secret)
        for text in ["", "…", "a…b", "CUT…", "…hij", "x, y, …"] { #expect(KnownSecrets.masked(text) == text) }
    }
}
