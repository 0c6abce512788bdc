public import SluiceCore

/// A column of `select` or a group of `aggregate`: a column's name, or a new column from an expression.
public struct Selection: Sendable, ExpressibleByStringLiteral {
    let node: DefinitionNode
    public init(stringLiteral value: String) { node = .text(value) }
    private init(_ node: DefinitionNode) { self.node = node }

    public static func column(_ name: String) -> Selection { Selection(.text(name)) }
    public static func expression(_ name: String, _ expression: String) -> Selection { Selection(.mapping([(name, .text(expression))])) }
}

/// A key of `sort`; a literal with `-` before the name means greatest first.
public struct SortOrder: Sendable, ExpressibleByStringLiteral {
    let node: DefinitionNode
    public init(stringLiteral value: String) { node = .text(value) }
    private init(_ column: String, _ order: String, _ nulls: Nulls) {
        node = .mapping([("column", .text(column)), ("order", .text(order)), ("nulls", .text(nulls.rawValue))])
    }

    public enum Nulls: String, Sendable { case first, last }
    public static func ascending(_ column: String, nulls: Nulls = .last) -> SortOrder { SortOrder(column, "asc", nulls) }
    public static func descending(_ column: String, nulls: Nulls = .last) -> SortOrder { SortOrder(column, "desc", nulls) }
}

/// Key columns of `join`: a literal for a name that both sides have.
public struct JoinKey: Sendable, ExpressibleByStringLiteral {
    let input: String
    let table: String
    public init(stringLiteral value: String) { self.init(value, value) }
    public init(_ input: String, _ table: String) {
        self.input = input
        self.table = table
    }
}

/// The nearest row of a joined table by a column of numbers or times.
public struct AsOf: Sendable {
    public enum Direction: String, Sendable { case backward, forward, nearest }

    let node: DefinitionNode

    /// - Parameters:
    ///   - input: the column of the rows that are joined.
    ///   - table: the column of the table; of the same name when nil.
    ///   - tolerance: how far away the table's row may be, as an interval for times and a number otherwise: `1 hour`.
    public init(_ input: String, _ table: String? = nil, direction: Direction = .backward, tolerance: String? = nil) {
        var entries: [(String, DefinitionNode)] = [
            ("on", .mapping([(input, .text(table ?? input))])), ("direction", .text(direction.rawValue)),
        ]
        if let tolerance { entries.append(("tolerance", .text(tolerance))) }
        node = .mapping(entries)
    }
}

// The steps of the definition; each is described in docs/pipelines.md.
extension Pipeline {
    /// Keeps the rows for which a condition is true.
    public func filter(_ condition: String, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("filter", .text(condition), file, line)
    }

    /// Adds columns computed from others, in this order.
    public func derive(_ columns: KeyValuePairs<String, String>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("derive", texts(columns), file, line)
    }

    /// Keeps the columns that are listed, in that order.
    public func select(_ columns: Selection..., file: String = #filePath, line: Int = #line) -> Pipeline {
        step("select", .list(columns.map(\.node)), file, line)
    }

    public func drop(_ columns: String..., file: String = #filePath, line: Int = #line) -> Pipeline {
        step("drop", names(columns), file, line)
    }

    public func rename(_ columns: KeyValuePairs<String, String>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("rename", texts(columns), file, line)
    }

    /// Changes the types of columns; a value that does not fit is a bad record.
    public func cast(_ columns: KeyValuePairs<String, DataType>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("cast", .mapping(columns.map { ($0, .text($1.description)) }), file, line)
    }

    /// Puts the value of an expression where a column is null.
    public func fill(_ columns: KeyValuePairs<String, String>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("fill", texts(columns), file, line)
    }

    public func limit(_ rows: Int, file: String = #filePath, line: Int = #line) -> Pipeline { step("limit", .integer(rows), file, line) }

    public func sort(_ keys: SortOrder..., file: String = #filePath, line: Int = #line) -> Pipeline {
        step("sort", .list(keys.map(\.node)), file, line)
    }

    /// Appends the rows of another source.
    public func union(_ other: SourceEnd, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("union", .mapping(other.options), file, line)
    }

    public enum Kept: String, Sendable { case first, last }

    /// Keeps one row of those whose key columns (all columns when none is given) are equal.
    ///
    /// - Parameter order: which of the rows is first and last; the order of the source when empty.
    public func deduplicate(
        by columns: [String] = [], keep: Kept = .first, orderBy order: [SortOrder] = [], file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = columns.isEmpty ? [] : [("by", names(columns))]
        arguments.append(("keep", .text(keep.rawValue)))
        if !order.isEmpty { arguments.append(("order_by", .list(order.map(\.node)))) }
        return step("deduplicate", .mapping(arguments), file, line)
    }

    /// Keeps the first row of those whose key columns (all columns when none is given) are equal and whose times are near each other.
    ///
    /// - Parameters:
    ///   - time: an expression: when a row happened.
    ///   - within: how near, such as `10 minutes`.
    ///   - delay: how much later than the newest row another may come.
    public func deduplicate(
        by columns: [String] = [], time: String, within: String, delay: String? = nil, file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = columns.isEmpty ? [] : [("by", names(columns))]
        arguments += [("time", .text(time)), ("within", .text(within))]
        if let delay { arguments.append(("delay", .text(delay))) }
        return step("deduplicate", .mapping(arguments), file, line)
    }

    /// Makes one row of each group of rows.
    public func aggregate(
        by groups: Selection..., columns: KeyValuePairs<String, String>, file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        let by: [(String, DefinitionNode)] = groups.isEmpty ? [] : [("by", .list(groups.map(\.node)))]
        return step("aggregate", .mapping(by + [("columns", texts(columns))]), file, line)
    }

    /// Makes one row of each group of rows, with columns for each of some values of a column.
    public func pivot(
        by groups: [String] = [], on column: String, values: [String], columns: KeyValuePairs<String, String>,
        file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        let by: [(String, DefinitionNode)] = groups.isEmpty ? [] : [("by", names(groups))]
        return step(
            "pivot", .mapping(by + [("on", .text(column)), ("values", names(values)), ("columns", texts(columns))]), file, line)
    }

    /// Makes one row of each of some columns: its name in one column, its value in another.
    public func unpivot(
        _ columns: String..., name: String = "name", value: String = "value", dropNulls: Bool = false,
        file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [("columns", names(columns)), ("name", .text(name)), ("value", .text(value))]
        if dropNulls { arguments.append(("drop_nulls", .text("true"))) }
        return step("unpivot", .mapping(arguments), file, line)
    }

    /// Makes one row of each element of a list.
    ///
    /// - Parameter element: name of the elements' column; the list's own when nil.
    /// - Parameter position: name of a column with the element's place, from 0.
    public func explode(
        _ column: String, as element: String? = nil, position: String? = nil, keepEmpty: Bool = false,
        file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [("column", .text(column))]
        if let element { arguments.append(("as", .text(element))) }
        if let position { arguments.append(("position", .text(position))) }
        if keepEmpty { arguments.append(("keep_empty", .text("true"))) }
        return step("explode", .mapping(arguments), file, line)
    }

    /// Makes columns of the parts of structs; of all structs when none is named.
    public func flatten(_ columns: String..., separator: String = "_", file: String = #filePath, line: Int = #line) -> Pipeline {
        let listed: [(String, DefinitionNode)] = columns.isEmpty ? [] : [("columns", names(columns))]
        return step("flatten", .mapping(listed + [("separator", .text(separator))]), file, line)
    }

    /// Makes related tables of nested rows; those of lists and maps go to side outputs.
    ///
    /// - Parameters:
    ///   - columns: the columns that are taken apart; all when empty.
    ///   - tables: names of side outputs by where the lists stand, such as `items.tags`.
    public func relationalize(
        _ columns: String..., separator: String = "_", tables: KeyValuePairs<String, String> = [:], file: String = #filePath,
        line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [("separator", .text(separator))]
        if !columns.isEmpty { arguments.append(("columns", names(columns))) }
        if !tables.isEmpty { arguments.append(("tables", texts(tables))) }
        return step("relationalize", .mapping(arguments), file, line)
    }

    /// Makes one type, or one column of each type, of columns whose values came in several types.
    public func resolve(_ columns: KeyValuePairs<String, Resolution>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("resolve", .mapping(columns.map { ($0, $1.node) }), file, line)
    }

    public enum Join: String, Sendable { case inner, left, right, full, semi, anti }

    /// Adds the columns of a table's rows whose key columns are equal.
    ///
    /// - Parameters:
    ///   - asOf: of the rows with equal keys only the nearest by a column.
    ///   - columns: columns of the table to add; all but its keys when empty.
    public func join(
        _ table: SourceEnd, on keys: JoinKey..., asOf: AsOf? = nil, kind: Join = .inner, columns: [String] = [], prefix: String = "",
        file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        let areSame = keys.allSatisfy { $0.input == $0.table }
        let on: DefinitionNode = areSame ? names(keys.map(\.input)) : .mapping(keys.map { ($0.input, .text($0.table)) })
        var arguments: [(String, DefinitionNode)] = [("with", .mapping(table.options)), ("kind", .text(kind.rawValue))]
        if !keys.isEmpty { arguments.append(("on", on)) }
        if let asOf { arguments.append(("as_of", asOf.node)) }
        if !columns.isEmpty { arguments.append(("columns", names(columns))) }
        if !prefix.isEmpty { arguments.append(("prefix", .text(prefix))) }
        return step("join", .mapping(arguments), file, line)
    }

    /// Joins with a stream: with rows whose key columns are equal and that happened near each other, whichever comes first.
    ///
    /// - Parameters:
    ///   - time: the column with the time of a row, on both sides.
    ///   - before: how much earlier than the input's row the other may be, such as `10 minutes`.
    ///   - after: how much later it may be.
    ///   - delay: how much later than the newest row of its side another may come.
    ///   - columns: columns of the stream to add; all but its keys when empty.
    public func join(
        _ stream: SourceEnd, on keys: JoinKey..., time: JoinKey, before: String = "0 s", after: String, delay: String? = nil,
        kind: Join = .inner, columns: [String] = [], prefix: String = "", file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [
            ("with", .mapping(stream.options)), ("kind", .text(kind.rawValue)),
            ("on", .mapping(keys.map { ($0.input, .text($0.table)) })), ("time", .mapping([(time.input, .text(time.table))])),
            ("within", .mapping([("before", .text(before)), ("after", .text(after))])),
        ]
        if let delay { arguments.append(("delay", .text(delay))) }
        if !columns.isEmpty { arguments.append(("columns", names(columns))) }
        if !prefix.isEmpty { arguments.append(("prefix", .text(prefix))) }
        return step("join", .mapping(arguments), file, line)
    }

    /// Hides the values of columns in place.
    public func mask(_ columns: KeyValuePairs<String, Mask>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("mask", .mapping(columns.map { ($0, $1.node) }), file, line)
    }

    /// Keeps a share of the rows, the same ones in every run.
    ///
    /// - Parameter columns: rows whose values in them are equal stay or go together.
    public func sample(
        _ share: Double, by columns: [String] = [], seed: Int = 0, file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [("share", .number(share)), ("seed", .integer(seed))]
        if !columns.isEmpty { arguments.append(("by", names(columns))) }
        return step("sample", .mapping(arguments), file, line)
    }

    /// Keeps the first row and every n-th behind it.
    public func sample(every count: Int, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("sample", .mapping([("every", .integer(count))]), file, line)
    }

    /// Checks rules that every row has to keep.
    public func assert(_ rules: KeyValuePairs<String, Rule>, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("assert", .mapping(rules.map { ($0, $1.node) }), file, line)
    }

    /// How the rows of a program belong to those that it is given.
    public enum ExecRows: String, Sendable { case one, any }

    /// Sends the rows to a program as JSON lines, and goes on with those that it writes.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - columns: what the program writes.
    ///   - rows: a line for each row, or any number.
    public func exec(
        _ command: String..., columns: KeyValuePairs<String, DataType>, rows: ExecRows = .one, timeout: String? = nil,
        file: String = #filePath, line: Int = #line
    ) -> Pipeline {
        var arguments: [(String, DefinitionNode)] = [
            ("command", names(command)), ("columns", .mapping(columns.map { ($0, .text($1.description)) })), ("rows", .text(rows.rawValue)),
        ]
        if let timeout { arguments.append(("timeout", .text(timeout))) }
        return step("exec", .mapping(arguments), file, line)
    }

    /// Calls a closure that was registered under a name.
    public func swift(_ closure: String, file: String = #filePath, line: Int = #line) -> Pipeline {
        step("swift", .text(closure), file, line)
    }

    private func texts(_ pairs: KeyValuePairs<String, String>) -> DefinitionNode { .mapping(pairs.map { ($0, .text($1)) }) }
    private func names(_ names: [String]) -> DefinitionNode { .list(names.map { .text($0) }) }
}
