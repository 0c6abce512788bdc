import SluiceCore
import SluicePipelines
import Testing

@Suite struct DefinitionLimitTests {
    private func code(_ text: String) -> SluiceError.Code? {
        do {
            _ = try load(text)
            return nil
        } catch {
            return DefinitionErrors.list(error)?.first?.code
        }
    }

    @Test("a text at the limit is read, one byte more is not")
    func length() {
        let head = definitionText() + "#"
        #expect(code(head + String(repeating: "x", count: DefinitionLimits.textBytes - head.utf8.count)) == nil)
        #expect(code(head + String(repeating: "x", count: DefinitionLimits.textBytes - head.utf8.count + 1)) == .limitExceeded)
    }

    @Test("brackets without end, indentation without end and nesting are refused")
    func nesting() {
        #expect(code("name: " + String(repeating: "[", count: 100_000)) == .limitExceeded)
        #expect(code(String(repeating: "- ", count: 10_000)) == .limitExceeded)
        let deep = DefinitionLimits.depth
        #expect(code("name: " + String(repeating: "[", count: deep) + String(repeating: "]", count: deep)) == .limitExceeded)
        #expect(code("name: " + String(repeating: "[", count: deep - 1) + String(repeating: "]", count: deep - 1)) != .limitExceeded)
    }

    @Test("aliases of aliases do not grow beyond the limit")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<10 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(code(text) == .limitExceeded)
        #expect(code(text + "*a9 : key\n") == .malformedYAML)
        #expect(code(text + "? *a9\n: key\n") == .malformedYAML)
        let anchors = (0...DefinitionLimits.anchors).map { "k\($0): &k\($0) 1\n" }.joined()
        #expect(code(anchors) == .limitExceeded)
    }

    @Test("an anchor, its alias and a merge key are written out")
    func merge() throws {
        let text = """
            name: test
            source: &files {files: flights.csv, format: csv}
            steps:
              - union: {<<: *files, files: airports.csv}
            sink: {table: out.test}
            """
        #expect(try load(text).steps.count == 1)
        #expect(code(text.replacing("*files", with: "*fils")) == .malformedYAML)
    }

    @Test("no more errors are reported than a person reads")
    func errorCount() {
        let steps = Array(repeating: "- nothing: 1", count: 500).joined(separator: "\n")
        do {
            _ = try load(definitionText(steps))
            Issue.record("500 unknown steps were accepted")
        } catch {
            #expect(DefinitionErrors.list(error)?.count == DefinitionLimits.errors)
        }
    }
}
