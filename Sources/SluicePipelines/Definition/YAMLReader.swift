import SluiceCore
import Yams

/// From a definition's text to its nodes: YAML 1.1 as libyaml reads it, with bounds, places, and aliases and merge keys written out.
enum YAMLReader {
    /// - Throws: `malformedYAML` or `limitExceeded`, placed.
    static func read(_ document: DefinitionDocument) throws(SluiceError) -> DefinitionNode {
        let start = SourceLocation.file(path: document.path, line: 1, column: 1)
        guard document.text.utf8.count <= DefinitionLimits.textBytes else { throw DefinitionFile.tooLong(start) }
        try RawBounds.check(document)
        let root: Yams.Node?
        do {
            // Whoever reads a plain scalar decides what it means. The default's rules are regular expressions, and take a millisecond to make.
            root = try Parser(yaml: document.text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw YAMLFailure.describe(error, in: document)
        }
        guard let root else {
            throw SluiceError(
                .malformedYAML, "the definition is empty", at: start, remedy: "`sluice init` writes a starter project to begin with")
        }
        var reader = Reader(document: document)
        return try reader.node(root, path: "", depth: 0)
    }

    private struct Reader {
        let document: DefinitionDocument
        var count = 0

        mutating func node(_ yaml: Yams.Node, path: String, depth: Int) throws(SluiceError) -> DefinitionNode {
            let position = start(of: yaml)
            count += 1
            guard count <= DefinitionLimits.nodes else {
                throw limit("has more than \(DefinitionLimits.nodes) values, aliases written out", position)
            }
            guard depth < DefinitionLimits.depth else {
                throw limit("is nested deeper than \(DefinitionLimits.depth) lists and mappings", position)
            }
            var result = DefinitionNode(.null, path: path, location: document.location(position))
            result.origin = (document, position)
            switch yaml {
            case .scalar(let scalar): result.content = Self.content(scalar)
            case .sequence(let sequence):
                var items: [DefinitionNode] = []
                for (index, item) in sequence.enumerated() { items.append(try node(item, path: "\(path)[\(index)]", depth: depth + 1)) }
                result.content = .list(items)
            case .mapping(let mapping): result.content = .mapping(try entries(mapping, path: path, depth: depth))
            case .alias: throw SluiceError(.malformedYAML, "an alias without its anchor", at: document.location(position))
            }
            return result
        }

        private static func content(_ scalar: Yams.Node.Scalar) -> DefinitionNode.Content {
            switch scalar.style {
            case .singleQuoted: return .scalar(scalar.string, .singleQuoted)
            case .doubleQuoted: return .scalar(scalar.string, .doubleQuoted)
            case .literal, .folded: return .scalar(scalar.string, .block)
            case .any, .plain:
                let isNull = scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null"
                return isNull ? .null : .scalar(scalar.string, .plain)
            }
        }

        /// Entries in order; `<<` puts those of other mappings in, and an entry of the mapping itself wins over them.
        private mutating func entries(_ mapping: Yams.Node.Mapping, path: String, depth: Int) throws(SluiceError) -> [DefinitionNode.Entry]
        {
            var entries: [DefinitionNode.Entry] = []
            var merged: [DefinitionNode.Entry] = []
            for (key, value) in mapping {
                let keyPosition = start(of: key)
                guard case .scalar(let scalar) = key else {
                    throw SluiceError(
                        .malformedYAML, "a key must be a name, not a list or mapping", at: document.location(keyPosition),
                        remedy: "quote the key if it begins with [ or {")
                }
                let childPath = path.isEmpty ? scalar.string : "\(path).\(scalar.string)"
                var child = try node(value, path: childPath, depth: depth + 1)
                child.keyLocation = document.location(keyPosition)
                if scalar.string == "<<", scalar.style == .plain {
                    merged += try mergedEntries(child)
                } else {
                    entries.append(.init(key: scalar.string, keyLocation: child.keyLocation, value: child))
                }
            }
            var seen = Set(entries.map(\.key))
            for entry in merged where seen.insert(entry.key).inserted { entries.append(entry) }
            return entries
        }

        private func mergedEntries(_ node: DefinitionNode) throws(SluiceError) -> [DefinitionNode.Entry] {
            switch node.content {
            case .mapping(let entries): return entries
            case .list(let items):
                var entries: [DefinitionNode.Entry] = []
                for item in items { entries += try mergedEntries(item) }
                return entries
            default:
                throw SluiceError(.malformedYAML, "the merge key << needs a mapping or a list of mappings", at: node.location)
            }
        }

        /// Where the value itself begins: behind an anchor and a tag.
        private func start(of yaml: Yams.Node) -> TextPosition {
            var position = TextPosition(line: max(1, yaml.mark?.line ?? 1), column: max(1, yaml.mark?.column ?? 1))
            while position.line <= document.lines.count {
                let line = document.lines[position.line - 1].dropFirst(position.column - 1)
                guard let first = line.first else { return position }
                guard first == "&" || first == "!" else { return position }
                let rest = line.drop { $0 != " " }.drop { $0 == " " }
                if rest.isEmpty { return position }
                position.column = rest.startIndex + 1
            }
            return position
        }

        private func limit(_ problem: String, _ position: TextPosition) -> SluiceError {
            SluiceError(.limitExceeded, "the definition \(problem)", at: document.location(position), remedy: "write it flatter or shorter")
        }
    }
}
