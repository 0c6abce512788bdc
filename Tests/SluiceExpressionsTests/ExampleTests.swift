import SluiceCore
import Testing

@testable import SluiceExpressions

/// The manuals: every example is run, and every function has some.
struct ExampleTests {
    static let examples = FunctionCatalog.manuals.flatMap(\.examples)

    @Test("the examples of the manuals give what they say", arguments: examples.indices)
    func example(_ index: Int) throws {
        let example = Self.examples[index]
        if let code = example.result.split(separator: ": ").last, example.result.hasPrefix("error: ") {
            let error = failure(example.call)
            let found = try error?.code.name ?? rowFailure(example.call)
            #expect(found == String(code), "\(example.call)")
            return
        }
        do {
            let same = try value("(\(example.call)) IS NOT DISTINCT FROM (\(example.result))")
            let got = try value(example.call)
            #expect(same == .boolean(true), "\(example.call) gives \(got.json), not \(example.result)")
        } catch let error as ExpressionError {
            Issue.record("\(example.call): \(error.rendered(in: example.call))")
        }
    }

    @Test("every function has a summary, examples, and names of its own")
    func complete() {
        for manual in FunctionCatalog.manuals {
            #expect(!manual.examples.isEmpty, "\(manual.name) has no example")
            #expect(manual.summary.hasSuffix("."), "\(manual.name)")
            #expect(manual.signature.hasPrefix(manual.name + "("), "\(manual.name)")
        }
        let names = FunctionCatalog.names + FunctionCatalog.aggregates.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
    }
}
