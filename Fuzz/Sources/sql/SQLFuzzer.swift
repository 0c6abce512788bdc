import FuzzKit
import SluiceCore

/// A text as a query: tokens, its statement, and the tree of its parts. Tokens stand in order and are what the text has at their places.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let text = try? QueryText(String(decoding: Fuzzing.bytes(data, count), as: UTF8.self)) else { return 0 }
    var end = 0
    for token in text.tokens {
        Fuzzing.require(token.range.lowerBound >= end && !token.range.isEmpty, "tokens overlap at \(end)")
        end = token.range.upperBound
        if token.kind == .word || token.kind == .number {
            Fuzzing.require(text.text(of: token.range) == token.text, "\(token.text) stands elsewhere")
        }
        _ = text.token(atByte: token.range.lowerBound)
        if token.isName { _ = TableReference(missing: token.text, in: text)?.looksLikePath }
    }
    guard let statement = try? QueryStatement(text) else { return 0 }
    Fuzzing.require(!statement.select.isEmpty, "a statement without a SELECT")
    guard let tree = try? SelectTree(statement.selectTokens, in: text) else { return 0 }
    _ = try? tree.limit()
    _ = tree.gathersRows
    for range in places(tree) {
        Fuzzing.require(range.lowerBound < range.upperBound && range.upperBound <= text.end, "a part of the text is \(range)")
    }
    return 0
}

private func places(_ tree: SelectTree) -> [Range<Int>] {
    var ranges = tree.commons.flatMap { [$0.range] + places($0.tree) }
    for relation in tree.arms.flatMap(\.relations) {
        ranges += [relation.range].compactMap(\.self)
        if case .tree(let inner) = relation.origin { ranges += places(inner) }
    }
    return ranges
}
