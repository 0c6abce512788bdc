/// A line for the shell, put together from the text of its author and from values that others have written: what stands in these means nothing to
/// the shell.
///
/// No value stands in the line: each is a variable of the environment, and the line expands it, which a shell does not read as commands again. How
/// the expansion is quoted depends on the place: in quotes, in a substitution, in a here-document. So the text is followed as a shell reads it
/// (POSIX, Shell Command Language, 2.2, 2.6, 2.7.4), as far as quoting goes, scalar by scalar as a shell does. Where the line is written in a way
/// that this does not follow, a value may be split into words, or its variable's name stand in its place; it is never executed. Patterns of a
/// `case` inside of `$(…)` need both parentheses.
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
    /// The values, by the names of their variables.
    var variables: [String: String] { Dictionary(uniqueKeysWithValues: names.map { ($1, $0) }) }
    /// Names of variables, by the values.
    private var names: [String: String] = [:]
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

    /// The expansion of a value at the place that is reached, with what backquotes around it take away once more.
    private mutating func quoted(_ value: String) -> String {
        var found: String
        switch context {
        case .single: found = "'\"" + expansion(of: value) + "\"'"
        case .double, .parameter(isQuoted: true): found = expansion(of: value)
        // Nothing is expanded there.
        case .comment: return ""
        case .document(let document) where document.isQuoted: found = Self.plain(value, " _.+-/:,@%=")
        case .document: found = expansion(of: value)
        case .arithmetic: found = Self.plain(value, "_.+-*/%")
        case .words, .subshell, .substitution, .backquotes, .parameter: found = "\"" + expansion(of: value) + "\""
        }
        for (index, context) in contexts.enumerated().reversed() where context == .backquotes && contexts[..<index].contains(.double) {
            found = found.replacing("\"", with: "\\\"")
        }
        return found
    }

    private mutating func expansion(of value: String) -> String {
        let name = names[value] ?? "SLUICE_VALUE_\(names.count + 1)"
        names[value] = name
        return "${" + name + "}"
    }

    /// Letters, digits and some other signs of a value, where it has to stand in the line itself.
    private static func plain(_ value: String, _ signs: String) -> String {
        String(value.filter { $0.isASCII && ($0.isLetter || $0.isNumber || signs.contains($0)) })
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
