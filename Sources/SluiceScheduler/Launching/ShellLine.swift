/// A line for the shell, put together from the text of its author and from values that others have written: what stands in these means nothing to
/// the shell.
///
/// Each value is quoted as the place asks for at which it stands: in quotes, in a substitution, in a here-document, in a comment. So the text is
/// followed as a shell reads it (POSIX, Shell Command Language, 2.2, 2.6, 2.7.4), as far as quoting goes, scalar by scalar as a shell does: a sign
/// that is combined with a quote is none to it. Patterns of a `case` inside of `$(…)` need both parentheses.
struct ShellLine {
    /// Where in the line a place is.
    private enum Context: Equatable {
        /// Words of a command; in parentheses, and in `$(…)`.
        case words, subshell, substitution
        case single, double, backquotes, comment, arithmetic
        /// `${…}`, whose text is quoted as what is around it.
        case parameter(isQuoted: Bool)
        case document(ShellDocument)
    }

    private(set) var text = ""
    private var contexts = [Context.words]
    /// Here-documents that begin with the next line.
    private var pending: [ShellDocument] = []
    /// The word behind `<<` so far; nil elsewhere.
    private var documentWord: String?
    /// The line of a here-document so far.
    private var line = ""
    /// The last signs of the author, without what is between them.
    private var last: (Unicode.Scalar, Unicode.Scalar) = ("\n", "\n")
    /// Whether the sign before takes the meaning of the next one.
    private var isEscaped = false
    private var isWordStart = true

    private var context: Context { contexts.last ?? .words }

    /// Adds a part of the author's text.
    mutating func add(_ part: String) {
        for sign in part.unicodeScalars { add(sign) }
    }

    /// Adds a value; an empty one is nothing.
    mutating func add(value: String) { add(values: value.isEmpty ? [] : [value]) }

    /// Adds values, each as a word of its own where words stand.
    mutating func add(values: [String]) {
        // A backslash stays one, and takes nothing of the value.
        if isEscaped { text += "\\" }
        isEscaped = false
        if documentWord != nil { endDocumentWord() }
        for (index, value) in values.enumerated() {
            let piece = (index > 0 ? " " : "") + quoted(value)
            text += piece
            if case .document = context { line += piece }
        }
        if !values.isEmpty { isWordStart = false }
        last = ("\n", "\n")
    }

    /// A value at the place that is reached, with what backquotes around it take away once more.
    private func quoted(_ value: String) -> String {
        var found: String
        switch context {
        case .single: found = value.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined()
        case .double: found = Self.escaped(value, "\"\\$`")
        case .parameter(isQuoted: true): found = Self.escaped(value, "\"\\$`}")
        case .comment: found = Self.inOneLine(value)
        case .document(let document): found = quoted(value, in: document)
        // Nothing that could end it.
        case .arithmetic: found = String(value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_.+-*/%".contains($0)) })
        case .words, .subshell, .substitution, .backquotes, .parameter: found = ShellValue.word(value)
        }
        for (index, context) in contexts.enumerated().reversed() where context == .backquotes {
            found = Self.escaped(found, contexts[..<index].contains(.double) ? "\\$`\"" : "\\$`")
        }
        return found
    }

    private func quoted(_ value: String, in document: ShellDocument) -> String {
        let plain = Self.inOneLine(value)
        // The line of it may become the one that ends the document.
        let isEnd = document.end.hasPrefix(document.line(line + plain))
        if document.isQuoted { return (isEnd ? " " : "") + plain }
        return (isEnd ? "${IFS+}" : "") + Self.escaped(plain, "\\$`")
    }

    private static func escaped(_ value: String, _ signs: String) -> String {
        value.unicodeScalars.map { signs.unicodeScalars.contains($0) ? "\\\($0)" : String($0) }.joined()
    }

    /// Where a line break would end what the value stands in.
    private static func inOneLine(_ value: String) -> String {
        value.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : String($0) }.joined()
    }

    // MARK: Following the text

    private mutating func add(_ sign: Unicode.Scalar) {
        text.unicodeScalars.append(sign)
        defer { last = (last.1, sign) }
        if documentWord != nil, takesForDocumentWord(sign) { return }
        if isEscaped, takesEscaped(sign) { return }
        switch context {
        case .comment where sign == "\n":
            contexts.removeLast()
            follow(sign)
        case .single where sign == "'": contexts.removeLast()
        case .comment, .single: followLiteral(sign)
        case .document(let document): follow(sign, in: document)
        case .double, .parameter(isQuoted: true), .arithmetic: followQuoted(sign)
        case .words, .subshell, .substitution, .backquotes, .parameter: follow(sign)
        }
    }

    /// - Returns: Whether a sign behind a backslash has lost its meaning.
    private mutating func takesEscaped(_ sign: Unicode.Scalar) -> Bool {
        isEscaped = false
        if context == .single || context == .comment { return "\\$`".unicodeScalars.contains(sign) }
        // A line that goes on with the next one is as without its end.
        if sign != "\n" { isWordStart = false }
        if sign == "`" { followInnerBackquote() }
        return true
    }

    /// A sign in single quotes, or in a comment: backquotes around it are found before what stands in them is read.
    private mutating func followLiteral(_ sign: Unicode.Scalar) {
        guard contexts.contains(.backquotes) else { return }
        if sign == "`" { followBackquote() } else if sign == "\\" { isEscaped = true }
    }

    /// A sign outside of quotes.
    private mutating func follow(_ sign: Unicode.Scalar) {
        let begins = isWordStart
        isWordStart = " \t\n;&|()<>".unicodeScalars.contains(sign)
        switch sign {
        case "\\": (isEscaped, isWordStart) = (true, begins)
        case "'": contexts.append(.single)
        case "\"": contexts.append(.double)
        case "`": followBackquote()
        case "#" where begins: contexts.append(.comment)
        case "(": contexts.append(last == ("$", "(") ? .arithmetic : last.1 == "$" ? .substitution : .subshell)
        case ")" where context == .subshell: contexts.removeLast()
        case ")" where context == .substitution:
            contexts.removeLast()
            // The word goes on behind it.
            isWordStart = false
        case "{" where last.1 == "$": contexts.append(.parameter(isQuoted: false))
        case "}": if case .parameter = context { contexts.removeLast() }
        case "<" where last.1 == "<": documentWord = ""
        case "\n": beginDocuments()
        default: break
        }
    }

    /// A sign in double quotes, or in what is read as they are.
    private mutating func followQuoted(_ sign: Unicode.Scalar) {
        switch (sign, context) {
        case ("\\", _): isEscaped = true
        case ("\"", .double): contexts.removeLast()
        case ("\"", .parameter): contexts.append(.double)
        case ("}", .parameter), (")", .arithmetic): contexts.removeLast()
        case ("(", .arithmetic) where last.1 != "$": contexts.append(.arithmetic)
        default: followSubstitution(sign)
        }
    }

    /// What begins inside of quotes and here-documents.
    private mutating func followSubstitution(_ sign: Unicode.Scalar) {
        switch sign {
        case "`": followBackquote()
        case "(" where last.1 == "$":
            contexts.append(.substitution)
            isWordStart = true
        case "{" where last.1 == "$": contexts.append(.parameter(isQuoted: true))
        default: break
        }
    }

    private mutating func followBackquote() {
        let open = contexts.lastIndex(of: .backquotes)
        isWordStart = open == nil
        if let open { contexts.removeSubrange(open...) } else { contexts.append(.backquotes) }
    }

    /// Backquotes within others have a backslash before them.
    private mutating func followInnerBackquote() {
        let open = contexts.indices.filter { contexts[$0] == .backquotes }
        if open.isEmpty { return }
        isWordStart = open.count == 1
        if open.count > 1, let inner = open.last { contexts.removeSubrange(inner...) } else { contexts.append(.backquotes) }
    }

    // MARK: Here-documents

    /// - Returns: Whether a sign belongs to the word behind `<<`.
    private mutating func takesForDocumentWord(_ sign: Unicode.Scalar) -> Bool {
        let word = documentWord ?? ""
        let isQuoted = word.count { $0 == "'" } % 2 == 1 || word.count { $0 == "\"" } % 2 == 1
        let isBlank = sign == " " || sign == "\t"
        if sign == "<", word.isEmpty {
            // `<<<` of other shells has no document.
            documentWord = nil
            return true
        }
        if sign == "\n" || !isQuoted && (isBlank && !word.isEmpty && word != "-" || ";&|()<>".unicodeScalars.contains(sign)) {
            endDocumentWord()
            return false
        }
        if !isBlank || isQuoted { documentWord?.unicodeScalars.append(sign) }
        return true
    }

    private mutating func endDocumentWord() {
        if let document = ShellDocument(word: documentWord ?? "") { pending.append(document) }
        (documentWord, isWordStart) = (nil, false)
    }

    private mutating func beginDocuments() {
        (isWordStart, line) = (true, "")
        // The first one is the innermost.
        contexts += pending.reversed().map { .document($0) }
        pending = []
    }

    private mutating func follow(_ sign: Unicode.Scalar, in document: ShellDocument) {
        if sign == "\n" {
            if document.line(line) == document.end {
                contexts.removeLast()
                isWordStart = true
            }
            line = ""
            return
        }
        line.unicodeScalars.append(sign)
        if document.isQuoted { return }
        if sign == "\\" { isEscaped = true } else { followSubstitution(sign) }
    }
}

/// A here-document of a line for the shell.
private struct ShellDocument: Equatable {
    /// The line that ends it.
    var end: String
    /// Whether its text is as it stands.
    var isQuoted: Bool
    /// Whether tabs at the begin of its lines are left out (`<<-`).
    var skipsTabs: Bool

    /// - Parameter word: What stands behind `<<`; nil where that is none.
    init?(word: String) {
        skipsTabs = word.hasPrefix("-")
        let name = skipsTabs ? word.dropFirst() : word[...]
        guard !name.isEmpty else { return nil }
        end = name.filter { !"'\"\\".contains($0) }
        isQuoted = end != name
    }

    func line(_ text: String) -> String { skipsTabs ? String(text.drop { $0 == "\t" }) : text }
}

/// Values inside of a line for the shell.
enum ShellValue {
    private static let signs = "_-./:=,@%+".unicodeScalars

    /// A value as one word, in single quotes where it has signs that could mean something.
    static func word(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) || signs.contains($0)
        }
        if isPlain, !text.isEmpty { return text }
        return "'" + text.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
    }
}
