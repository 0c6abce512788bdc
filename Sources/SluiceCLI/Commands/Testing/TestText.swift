import SluiceCore
import SluicePipelines

/// The lines of a file of tests, and where the entries of its mappings begin and end.
struct TestText {
    /// Other lines in the place of some; an empty range puts them in front of its begin.
    struct Edit {
        /// Indices of lines.
        var range: Range<Int>
        var lines: [String]
    }

    /// A value to write.
    struct Part {
        /// Keys that lead to it from the test.
        var path: [String]
        /// What stands behind the last key's colon, and the lines below it, for a margin of the key in blanks.
        var lines: (Int) -> [String]
    }

    private let path: String
    private let lines: [String]
    private let lineEnd: String

    init(path: String, text: String) {
        self.path = path
        lineEnd = text.contains("\r\n") ? "\r\n" : "\n"
        lines = text.split(separator: lineEnd == "\r\n" ? "\r\n" : "\n", omittingEmptySubsequences: false).map(String.init)
    }

    func applying(_ edits: [Edit]) -> String {
        var lines = lines
        for edit in edits.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) { lines.replaceSubrange(edit.range, with: edit.lines) }
        return lines.joined(separator: lineEnd)
    }

    /// What to change so that a test expects something else.
    func edits(of test: DefinitionNode, setting parts: [Part]) throws -> [Edit] {
        guard try test.mapping().contains(where: { $0.key == "expect" }) else {
            let margin = try margin(of: test)
            let end = end(of: place(ofFirstKeyIn: test), margin: margin, isList: false)
            return [Edit(range: end..<end, lines: Self.lines(parts, margin))]
        }
        return try edits(in: test, setting: parts[...], from: 0, behind: 0)
    }

    /// - Parameters:
    ///   - node: A mapping on lines of its own, to which the parts' paths lead up to `depth`.
    ///   - line: The line of its key.
    private func edits(in node: DefinitionNode, setting parts: ArraySlice<Part>, from depth: Int, behind line: Int) throws -> [Edit] {
        let margin = try margin(of: node)
        let entries = try node.mapping()
        return try Self.grouped(parts, depth).flatMap { key, group -> [Edit] in
            guard let known = entries.first(where: { $0.key == key }), let place = Self.place(known.keyLocation) else {
                return [Edit(range: (line + 1)..<(line + 1), lines: Self.lines(key, group, depth, margin))]
            }
            let isLeaf = group.contains { $0.path.count == depth + 1 }
            if !isLeaf, case .mapping(let inner) = known.value.content, !inner.isEmpty {
                return try edits(in: known.value, setting: group[...], from: depth + 1, behind: place.line)
            }
            // A key alone, or with empty braces, is on one line.
            let end = isLeaf ? end(of: place.line, margin: margin, isList: known.value.isList) : place.line + 1
            return [Edit(range: place.line..<end, lines: Self.lines(key, group, depth, margin))]
        }
    }

    /// Parts by the key at a depth, in the order in which the keys come first.
    private static func grouped(_ parts: ArraySlice<Part>, _ depth: Int) -> [(key: String, parts: [Part])] {
        var groups: [(key: String, parts: [Part])] = []
        for part in parts {
            if let index = groups.firstIndex(where: { $0.key == part.path[depth] }) {
                groups[index].parts.append(part)
            } else {
                groups.append((part.path[depth], [part]))
            }
        }
        return groups
    }

    private static func lines(_ parts: [Part], _ margin: Int) -> [String] {
        grouped(parts[...], 0).flatMap { lines($0.key, $0.parts, 0, margin) }
    }

    /// An entry that was not there, or is written as a whole.
    private static func lines(_ key: String, _ parts: [Part], _ depth: Int, _ margin: Int) -> [String] {
        let head = String(repeating: " ", count: margin) + key + ":"
        if let leaf = parts.first(where: { $0.path.count == depth + 1 }) {
            let lines = leaf.lines(margin)
            return [lines[0].isEmpty ? head : head + " " + lines[0]] + lines.dropFirst()
        }
        return [head] + grouped(parts[...], depth + 1).flatMap { self.lines($0.key, $0.parts, depth + 1, margin + 2) }
    }

    /// Blanks before the keys of a mapping of lines of its own.
    private func margin(of node: DefinitionNode) throws(SluiceError) -> Int {
        guard let entry = try node.mapping().first, let key = Self.place(entry.keyLocation), lines.indices.contains(key.line) else {
            return 0
        }
        let before = lines[key.line].unicodeScalars.prefix(key.column)
        guard before.allSatisfy({ $0 == " " || $0 == "-" }) else {
            throw SluiceError(
                .invalidOption, "a test in braces cannot be written anew", at: entry.keyLocation,
                remedy: "write its keys on lines of their own")
        }
        return key.column
    }

    private func place(ofFirstKeyIn node: DefinitionNode) -> Int {
        ((try? node.mapping())?.compactMap { Self.place($0.keyLocation)?.line }.min()) ?? 0
    }

    /// Behind the last line that belongs to an entry: lines that stand further right, or items of a list below its key.
    private func end(of line: Int, margin: Int, isList: Bool) -> Int {
        var last = line
        for index in lines.indices.dropFirst(line + 1) {
            let blanks = lines[index].prefix { $0 == " " }.count
            let rest = lines[index].dropFirst(blanks)
            if rest.isEmpty || rest == "\r" { continue }
            let isComment = rest.hasPrefix("#")
            let isItem = isList && blanks == margin && rest.hasPrefix("-")
            // Keys of the same mapping belong to it where the whole mapping is meant.
            guard blanks > margin || isItem || (isWhole(line, margin) && blanks == margin && !rest.hasPrefix("-") && !isComment) else {
                break
            }
            if !isComment || blanks > margin { last = index }
        }
        return last + 1
    }

    /// Whether a line begins an item of a list, whose other keys stand below its first.
    private func isWhole(_ line: Int, _ margin: Int) -> Bool {
        let before = lines[line].prefix(margin)
        return before.contains("-")
    }

    /// Index of a line, and blanks before a column.
    private static func place(_ location: SourceLocation?) -> (line: Int, column: Int)? {
        guard case .file(_, let line?, let column?) = location else { return nil }
        return (line - 1, column - 1)
    }
}
