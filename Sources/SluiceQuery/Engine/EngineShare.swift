import SluiceCore
import SluiceExpressions

/// The parts of a query of SQLite that the engine computes: SELECTs in WITH and FROM that gather rows.
///
/// SQLite reads each as a table. In the text, the table's name stands in the place of the SELECT, and blanks fill it up, so that places in
/// messages stay right.
struct EngineShare {
    /// A part as a table.
    struct Part {
        var name: String
        var pipeline: EnginePipeline
    }

    private(set) var parts: [Part] = []
    private let statement: QueryStatement
    /// Stretches of the text, each with what stands there instead.
    private var replaced: [(range: Range<Int>, text: String)] = []

    init(_ statement: QueryStatement) { self.statement = statement }

    /// Finds the parts.
    ///
    /// - Throws: What opening a table throws.
    mutating func find(_ planner: EnginePlanner) async throws {
        guard !statement.selectTokens.contains(where: { ["RIGHT", "FULL"].contains($0.keyword ?? "") }),
            let tree = try? SelectTree(statement.selectTokens, in: statement.text)
        else { return }
        let commons = EnginePlanner.Commons().adding(tree.commons)
        try await takeCommons(tree, planner, commons)
        for relation in tree.arms.flatMap(\.relations) {
            guard case .tree(let inner) = relation.origin, let range = relation.range, inner.gathersRows,
                let pipeline = try await plan(planner, { try await planner.plan(inner, commons) })
            else { continue }
            let name = "#\(parts.count + 1)"
            guard let text = Self.padded(SQLQuote.name(name), to: range.count) else { continue }
            parts.append(Part(name: name, pipeline: pipeline))
            replaced.append((range, text))
        }
    }

    private mutating func takeCommons(_ tree: SelectTree, _ planner: EnginePlanner, _ scope: EnginePlanner.Commons) async throws {
        var isLeft = false
        for (index, common) in tree.commons.enumerated() {
            let relation = JoinedRelation(
                origin: .table(TableReference(database: nil, name: common.name, start: common.range.lowerBound, isQuoted: false)),
                name: common.name)
            guard common.tree.gathersRows, let pipeline = try await plan(planner, { try await planner.relation(relation, scope) }) else {
                // Before it stands either nothing that is left, or a comma.
                if !isLeft, index > 0, let comma = tree.commons[index - 1].comma { replaced.append((comma, " ")) }
                isLeft = true
                continue
            }
            parts.append(Part(name: common.name, pipeline: pipeline))
            replaced.append((common.range, ""))
            if index > 0, let comma = tree.commons[index - 1].comma { replaced.append((comma, " ")) }
        }
        guard !isLeft, let with = statement.selectTokens.first, !tree.commons.isEmpty else { return }
        replaced.append((with.range, ""))
    }

    /// Nil where the engine cannot do it.
    private func plan(_ planner: EnginePlanner, _ body: () async throws -> EnginePipeline) async throws -> EnginePipeline? {
        do {
            return try await body()
        } catch is LeftToSQLite {
            return nil
        } catch is ExpressionError {
            return nil
        }
    }

    private static func padded(_ text: String, to count: Int) -> String? {
        text.count > count ? nil : text + String(repeating: " ", count: count - text.count)
    }

    /// The SELECT as SQLite gets it.
    var select: String {
        let scalars = statement.text.scalars
        let start = statement.text.tokens[statement.body].range.lowerBound
        var text = String.UnicodeScalarView()
        var place = start
        for (range, own) in replaced.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            text.append(contentsOf: scalars[place..<range.lowerBound])
            // SQLite counts places in bytes.
            let bytes = scalars[range].reduce(0) { $0 + UTF8.width($1) }
            text.append(contentsOf: own.unicodeScalars)
            text.append(contentsOf: String(repeating: " ", count: max(0, bytes - own.utf8.count)).unicodeScalars)
            place = range.upperBound
        }
        text.append(contentsOf: scalars[place..<statement.text.end])
        return String(text)
    }
}
