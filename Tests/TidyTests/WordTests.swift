import Foundation
import Testing

@Suite("words")
struct WordTests {
    /// What may not stand in code, and why. Built from pieces, so that this file does not find itself.
    static let inCode: [(text: String, reason: String)] = [
        ("try" + "!", "a forced try crashes where an error would explain"),
        ("fatalError" + "(", "programmer errors are preconditions with a sentence; unfinished code does not land"),
        ("#expect(" + "true)", "a test that cannot fail"),
    ]
    /// What may not stand anywhere, not even in a comment.
    static let anywhere: [(text: String, reason: String)] = [
        ("TO" + "DO", "unfinished work belongs in an issue"),
        ("FIX" + "ME", "unfinished work belongs in an issue"),
        ("/ho" + "me/", "the path of one person's machine"),
        ("/Us" + "ers/", "the path of one person's machine"),
        ("/ro" + "ot/", "the path of one machine"),
        (Checkout.root + "/", "the path of this checkout"),
    ]

    @Test("no forced, unfinished or empty code")
    func code() {
        for file in Checkout.allSwift {
            let code = file.code.joined(separator: "\n")
            for (text, reason) in Self.inCode { report(text, in: code, path: file.path, reason) }
        }
    }

    @Test("no marks of unfinished work, no paths of one machine")
    func texts() {
        for path in Checkout.writtenTexts {
            let content = Checkout.text(path)
            for (text, reason) in Self.anywhere { report(text, in: content, path: path, reason) }
        }
    }

    /// Records an issue for each line that has `text`; looks at lines only where the whole has it at all.
    private func report(_ text: String, in content: String, path: String, _ reason: String) {
        guard content.range(of: text) != nil else { return }
        for (index, line) in content.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where line.range(of: text) != nil
        {
            Issue.record("\(path):\(index + 1): \(reason)")
        }
    }

    @Test("no type's folder holds an empty file")
    func emptyFiles() {
        for file in Checkout.allSwift {
            let hasCode = file.code.contains { line in line.contains { !$0.isWhitespace } }
            #expect(hasCode, "\(file.path) has no code")
        }
    }

    @Test("links between pages lead somewhere")
    func links() throws {
        let expression = /\]\((?<target>[^)#\s]+)(#[^)]*)?\)/
        for path in Checkout.writtenTexts where path.hasSuffix(".md") {
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            for match in Checkout.text(path).matches(of: expression) {
                let target = String(match.output.target)
                if target.contains("://") || target.hasPrefix("mailto:") { continue }
                let file = Checkout.root + "/" + (folder.isEmpty ? "" : folder + "/") + target
                #expect(FileManager.default.fileExists(atPath: file), "\(path) links to \(target), which is not there")
            }
        }
    }
}
