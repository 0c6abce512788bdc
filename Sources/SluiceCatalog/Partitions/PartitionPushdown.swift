import GRDB
import SluiceCore

/// The part of a partition condition that SQLite evaluates, through the indexes on the keys' columns.
struct PartitionPushdown {
    /// SQL over `partitions`; true for all rows that the condition picks, and for no others if it is exact.
    private(set) var condition: String
    private(set) var arguments: [DatabaseValue] = []
    private(set) var isExact = true

    /// Patterns with more signs than these are not SQLite's: its matching takes time that grows with a power of their number.
    private static let maximumWildcards = 4

    /// - Parameter table: The table whose partitions are looked for.
    init(_ filter: PartitionFilter, table: Int64) {
        condition = ""
        let keys = min(filter.types.count, PartitionKeys.indexed)
        if let alternatives = alternatives(filter.condition, table: table, keys: keys) {
            condition = alternatives
            return
        }
        let sql = text(filter.condition)
        if sql == nil { isExact = false }
        condition = Self.indexed(filter.condition, keys: keys) + (sql ?? "1")
    }

    /// A look-up of its own for each part of an OR, because SQLite would read all partitions where the parts are about different keys.
    private mutating func alternatives(_ whole: PartitionCondition, table: Int64, keys: Int) -> String? {
        guard case .or(let parts) = whole else { return nil }
        var inner = self
        var selects: [String] = []
        for part in parts {
            inner.arguments.append(table.databaseValue)
            guard let text = inner.text(part) else { return nil }
            selects.append("SELECT partition_values FROM partitions WHERE table_id = ? AND \(Self.indexed(part, keys: keys))\(text)")
        }
        self = inner
        return "partition_values IN (" + selects.joined(separator: " UNION ") + ")"
    }

    /// What the partial index says of its rows that serves a condition best: SQLite reads a row, and not the index alone, for what others say.
    private static func indexed(_ part: PartitionCondition, keys: Int) -> String {
        let uses = PartitionKeyUses(part)
        if let best = uses.best(of: keys) { return "key_count > \(best) AND " }
        return (0..<keys).map { "key_count > \($0) AND " }.joined()
    }

    /// Nil where the part says nothing about the columns.
    private mutating func text(_ part: PartitionCondition) -> String? {
        switch part {
        case .and(let parts):
            let texts = parts.compactMap { part -> String? in
                let text = text(part)
                if text == nil { isExact = false }
                return text
            }
            return texts.isEmpty ? nil : "(" + texts.joined(separator: " AND ") + ")"
        case .or(let parts):
            var inner = self
            var texts: [String] = []
            for part in parts {
                guard let text = inner.text(part) else { return nil }
                texts.append(text)
            }
            self = inner
            return "(" + texts.joined(separator: " OR ") + ")"
        case .not(let part):
            // The negation of a wider condition would be narrower.
            var inner = self
            inner.isExact = true
            guard let text = inner.text(part), inner.isExact else { return nil }
            arguments = inner.arguments
            return "NOT " + text
        case .test(let key, let test): return column(key).map { self.test($0, test) }
        case .isNull(let key): return column(key).map { "(\($0) IS NULL)" }
        case .isIn(let key, let values):
            guard let column = column(key) else { return nil }
            if values.isEmpty { return "(\(column) <> \(column))" }
            arguments += values.map(\.databaseValue)
            return "(\(column) IN (" + values.map { _ in "?" }.joined(separator: ", ") + "))"
        case .like(let key, let pattern): return column(key).flatMap { like($0, pattern) }
        }
    }

    private func column(_ key: Int) -> String? { key < PartitionKeys.indexed ? PartitionKeys.columns[key] : nil }

    private mutating func test(_ column: String, _ test: PartitionTest) -> String {
        func compare(_ operation: String, _ value: PartitionScalar) -> String {
            arguments.append(value.databaseValue)
            return "(\(column) \(operation) ?)"
        }
        return switch test {
        case .equal(let value): compare("=", value)
        case .notEqual(let value): compare("<>", value)
        case .less(let value): compare("<", value)
        case .lessOrEqual(let value): compare("<=", value)
        case .greater(let value): compare(">", value)
        case .greaterOrEqual(let value): compare(">=", value)
        case .always: "(\(column) = \(column))"
        case .never: "(\(column) <> \(column))"
        }
    }

    /// A range over what the pattern begins with, and GLOB, which minds letter case, for the rest.
    private mutating func like(_ column: String, _ pattern: PartitionPattern) -> String? {
        var terms: [String] = []
        let prefix = pattern.prefix
        if !prefix.isEmpty {
            terms.append("\(column) >= ?")
            arguments.append(prefix.databaseValue)
            if let next = Self.successor(of: prefix) {
                terms.append("\(column) < ?")
                arguments.append(next.databaseValue)
            }
        }
        if pattern.parts.count(where: { $0 == .anything }) <= Self.maximumWildcards {
            terms.append("\(column) GLOB ?")
            arguments.append(Self.glob(pattern).databaseValue)
        } else {
            isExact = false
        }
        return terms.isEmpty ? nil : "(" + terms.joined(separator: " AND ") + ")"
    }

    /// The first text behind all that begin with `prefix`; nil if there is none.
    private static func successor(of prefix: String) -> String? {
        var scalars = Array(prefix.unicodeScalars)
        while let last = scalars.popLast() {
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let scalar = Unicode.Scalar(next) else { continue }
            return String(String.UnicodeScalarView(scalars + [scalar]))
        }
        return nil
    }

    private static func glob(_ pattern: PartitionPattern) -> String {
        var glob = String.UnicodeScalarView()
        for part in pattern.parts {
            switch part {
            case .anything: glob.append("*")
            case .character: glob.append("?")
            case .scalar(let scalar) where scalar == "*" || scalar == "?" || scalar == "[":
                glob.append(contentsOf: ["[", scalar, "]"])
            case .scalar(let scalar): glob.append(scalar)
            }
        }
        return String(glob)
    }
}
