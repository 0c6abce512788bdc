import Testing

@Suite("size and documentation")
struct ShapeTests {
    /// What a reader can hold in mind; DESIGN and style ask for it.
    static let fileLines = 300
    static let functionLines = 70

    @Test("no Swift file is longer than 300 lines")
    func files() {
        for file in Checkout.allSwift {
            if file.lineCount > Self.fileLines { Issue.record("\(file.path) has \(file.lineCount) lines; look for its seam") }
        }
    }

    @Test("no function is longer than 70 lines")
    func functions() {
        for file in Checkout.allSwift {
            for function in file.declarations where ["func", "init"].contains(function.kind) {
                if function.length > Self.functionLines {
                    Issue.record(
                        "\(file.path):\(function.line + 1): \(function.name) has \(function.length) lines; a parent decides, leaves compute"
                    )
                }
            }
        }
    }

    /// Names whose meaning the language fixes, so that a comment would only repeat it.
    static let wellKnown: Set<String> = ["init", "hash", "encode", "makeIterator", "next", "==", "<"]

    /// A requirement's comment serves all its witnesses, and one overload's the others: names that are documented somewhere.
    static let documentedNames: Set<String> = Set(
        Checkout.swiftFiles(below: "Sources").flatMap { file in
            file.declarations.filter { $0.isDocumented && $0.kind == "func" }.map(\.name)
        })

    /// Up to this length a well-named function with typed parameters says itself what it does.
    static let plainFunctionLines = 5

    @Test("what other targets use is documented", arguments: Checkout.folders(of: "Sources").filter { $0.hasPrefix("Sluice") })
    func documentation(_ target: String) {
        for file in Checkout.swiftFiles(below: "Sources/\(target)") {
            for declaration in file.declarations where declaration.isExported && !declaration.isDocumented && needsComment(declaration) {
                Issue.record("\(file.path):\(declaration.line + 1): \(declaration.kind) \(declaration.name) has no comment")
            }
        }
    }

    private func needsComment(_ declaration: SwiftText.Declaration) -> Bool {
        guard declaration.kind == "func" || declaration.kind == "init" else { return declaration.length > 1 }
        if Self.wellKnown.contains(declaration.name) || Self.documentedNames.contains(declaration.name) { return false }
        return declaration.length > Self.plainFunctionLines
    }
}
