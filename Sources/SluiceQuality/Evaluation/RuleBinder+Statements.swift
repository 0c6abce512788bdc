import SluiceCore
import SluiceExpressions

// What the texts of statements and aggregates may hold.
extension RuleBinder {
    /// A text without the first dataset's name that stands in front of its columns.
    static func unqualified(_ text: String, _ datasets: [String]) -> (dataset: String?, text: String) {
        for dataset in datasets {
            let parts = text.split(separator: dataset + ".", omittingEmptySubsequences: false)
            guard parts.count > 1 else { continue }
            let isName = parts.dropLast().contains { part in part.last.map { $0.isLetter || $0.isNumber || "_.\"".contains($0) } ?? false }
            if !isName { return (dataset, parts.joined()) }
        }
        return (nil, text)
    }

    static func requirePlain(_ statement: SelectStatement) throws(ExpressionError) {
        if let source = statement.source, source.text.lowercased() != "primary" {
            throw ExpressionError(
                .unsupported, "a rule's statement reads the dataset \"primary\" only", source.range, remedy: "write FROM primary")
        }
        let rest = statement.groups.first ?? statement.groupFilter ?? statement.order.first?.part
        if let rest {
            throw ExpressionError(.unsupported, "a rule's statement has a list and WHERE only", rest.range)
        }
        if statement.limit != nil || statement.isDistinct {
            throw ExpressionError(
                .unsupported, "a rule's statement has neither LIMIT nor DISTINCT", 0..<statement.text.unicodeScalars.count)
        }
    }

    static func moving<Result>(
        _ part: SelectStatement.Part, _ body: () throws(ExpressionError) -> Result
    ) throws(ExpressionError) -> Result {
        do throws(ExpressionError) {
            return try body()
        } catch {
            throw error.moved(by: part.start)
        }
    }
}
