/// A line that is being written: keys in, what to do next out. Knows nothing of a terminal.
struct LineEditor {
    enum Action: Equatable {
        /// Draw the line again.
        case draw
        case nothing
        /// The line is finished.
        case submit(String)
        /// Ctrl-C: the line is thrown away.
        case cancel
        /// Ctrl-D on an empty line.
        case quit
        /// Show these, and draw the line again.
        case offer([String])
        case clearScreen
    }

    /// Ways to go on with the word before the cursor.
    typealias Completion = (_ before: String) -> Offer

    /// What may stand in place of the last characters before the cursor.
    struct Offer: Equatable {
        /// Characters that are replaced.
        var replaced: Int
        var words: [String]
    }

    private(set) var characters: [Character] = []
    /// Characters before the cursor.
    private(set) var cursor = 0
    private var history: [String]
    /// Place in the history; its count: the new line.
    private var place: Int
    /// The new line, while an old one is shown.
    private var draft: [Character] = []

    init(history: [String] = []) {
        self.history = history
        place = history.count
    }

    var text: String { String(characters) }

    mutating func press(_ key: Key, complete: Completion = { _ in Offer(replaced: 0, words: []) }) -> Action {
        switch key {
        case .character(let character): insert([character])
        case .enter: return submit()
        case .tab: return completed(complete(String(characters[..<cursor])))
        case .backspace, .control("h"): remove((cursor - 1)..<cursor)
        case .delete: remove(cursor..<(cursor + 1))
        case .control("d"):
            if characters.isEmpty { return .quit }
            remove(cursor..<(cursor + 1))
        case .control("c"): return cancel()
        case .control("l"): return .clearScreen
        case .control("k"): remove(cursor..<characters.count)
        case .control("u"): remove(0..<cursor)
        case .control("w"): remove(wordStart..<cursor)
        case .left, .control("b"): cursor = max(0, cursor - 1)
        case .right, .control("f"): cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .up, .control("p"): recall(place - 1)
        case .down, .control("n"): recall(place + 1)
        case .control, .unknown: return .nothing
        }
        return .draw
    }

    private mutating func submit() -> Action {
        let text = text
        if !text.isEmpty, history.last != text { history.append(text) }
        clear()
        return .submit(text)
    }

    private mutating func cancel() -> Action {
        clear()
        return .cancel
    }

    private mutating func clear() {
        (characters, cursor, draft) = ([], 0, [])
        place = history.count
    }

    private mutating func insert(_ more: [Character]) {
        characters.insert(contentsOf: more, at: cursor)
        cursor += more.count
    }

    private mutating func remove(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<characters.count)
        characters.removeSubrange(range)
        if cursor > range.lowerBound { cursor = max(range.lowerBound, cursor - range.count) }
    }

    private var wordStart: Int {
        var place = cursor
        while place > 0, !isWord(characters[place - 1]) { place -= 1 }
        while place > 0, isWord(characters[place - 1]) { place -= 1 }
        return place
    }

    private var wordEnd: Int {
        var place = cursor
        while place < characters.count, !isWord(characters[place]) { place += 1 }
        while place < characters.count, isWord(characters[place]) { place += 1 }
        return place
    }

    private func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" }

    private mutating func recall(_ target: Int) {
        guard (0...history.count).contains(target), target != place else { return }
        if place == history.count { draft = characters }
        place = target
        characters = target == history.count ? draft : Array(history[target])
        cursor = characters.count
    }

    /// One word is put in place; of several, what they begin with.
    private mutating func completed(_ offer: Offer) -> Action {
        guard let first = offer.words.first else { return .nothing }
        let shared = offer.words.dropFirst().reduce(first) { common, word in
            String(zip(common, word).prefix { $0.lowercased() == $1.lowercased() }.map(\.0))
        }
        let before = String(characters[max(0, cursor - offer.replaced)..<cursor])
        guard offer.words.count == 1 || shared.count > before.count else { return .offer(offer.words) }
        remove((cursor - offer.replaced)..<cursor)
        insert(Array(shared))
        return .draw
    }
}
