import Testing

@testable import SluiceCLI

@Suite("Lines that are edited") struct LineEditorTests {
    /// The line and the place of the cursor, as `ab|c`, after keys.
    private func edited(_ keys: [Key], from text: String = "") -> String {
        var editor = LineEditor()
        for character in text { _ = editor.press(.character(character)) }
        for key in keys { _ = editor.press(key) }
        return String(editor.characters[..<editor.cursor]) + "|" + String(editor.characters[editor.cursor...])
    }

    @Test("keys move and delete") func moves() {
        #expect(edited([.left, .left, .character("X")], from: "abc") == "aX|bc")
        #expect(edited([.home, .delete], from: "abc") == "|bc")
        #expect(edited([.backspace, .backspace, .backspace, .backspace], from: "äb") == "|")
        #expect(edited([.wordLeft, .wordLeft, .control("k")], from: "SELECT one two") == "SELECT |")
        #expect(edited([.control("w")], from: "SELECT one ") == "SELECT |")
        #expect(edited([.left, .control("u")], from: "abc") == "|c")
        #expect(edited([.home, .wordRight, .end, .right], from: "a b") == "a b|")
    }

    @Test("lines come back by the arrows, and the new one behind them") func history() {
        var editor = LineEditor(history: ["one", "two"])
        _ = editor.press(.character("n"))
        _ = editor.press(.up)
        #expect(editor.text == "two")
        _ = editor.press(.up)
        _ = editor.press(.up)
        #expect(editor.text == "one")
        _ = editor.press(.down)
        _ = editor.press(.down)
        #expect(editor.text == "n")
        #expect(editor.press(.enter) == .submit("n"))
        _ = editor.press(.up)
        #expect(editor.text == "n")
    }

    @Test("Tab puts one word in place, what several share, or shows them") func completion() {
        var editor = LineEditor()
        for character in "SELECT * FROM sa" { _ = editor.press(.character(character)) }
        let offer = LineEditor.Offer(replaced: 2, words: ["sales.orders", "sales.items"])
        #expect(editor.press(.tab) { _ in offer } == .draw)
        #expect(editor.text == "SELECT * FROM sales.")
        #expect(editor.press(.tab) { _ in .init(replaced: 6, words: offer.words) } == .offer(offer.words))
        #expect(editor.press(.tab) { _ in .init(replaced: 6, words: ["sales.items"]) } == .draw)
        #expect(editor.text == "SELECT * FROM sales.items")
        #expect(editor.press(.tab) == .nothing)
    }

    @Test("Ctrl-C throws a line away, Ctrl-D ends on an empty one") func ends() {
        var editor = LineEditor()
        _ = editor.press(.character("a"))
        #expect(editor.press(.control("c")) == .cancel && editor.text.isEmpty)
        #expect(editor.press(.control("d")) == .quit)
    }

    @Test("bytes become keys, however they are cut") func keys() {
        var reader = KeyReader()
        #expect(reader.keys([0x61, 0xC3]) == [.character("a")])
        #expect(reader.keys([0xA4, 0x1B]) == [.character("ä")])
        #expect(reader.keys([0x5B]) == [])
        #expect(reader.keys(Array("A\u{1B}[3~\u{1B}[1;5D\u{1B}OH".utf8)) == [.up, .delete, .wordLeft, .home])
        #expect(reader.keys([0x0D, 0x03, 0x7F, 0xFF]) == [.enter, .control("c"), .backspace, .unknown])
    }

    @Test("a statement ends with a semicolon that stands in no quotes and no comment") func statements() {
        #expect(QueryShell.isComplete("SELECT 1;") && QueryShell.isComplete("SELECT 1 ; ") && QueryShell.isComplete("  "))
        #expect(!QueryShell.isComplete("SELECT 1") && !QueryShell.isComplete("SELECT ';") && !QueryShell.isComplete("SELECT 1 -- ;"))
    }
}
