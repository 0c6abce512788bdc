import Testing

/// The reader of the tidy tests itself: what it takes for code.
@Suite("reading Swift as text")
struct SwiftTextTests {
    @Test(
        "comments and texts are blank, interpolations are code",
        arguments: [
            (#"let a = "{" // {"#, #"let a = " "     "#),
            (##"let a = #"\"{"#"##, ##"let a = #"   "#"##),
            (#"let a = "x\(f("{") + {1}())y""#, #"let a = "  (f(" ") + {1}()) ""#),
            ("/* { */ }", "        }"),
            ("\"\"\"\n{\n\"\"\" + {", "\"\"\"\n \n\"\"\" + {"),
        ])
    func blanking(_ text: String, _ code: String) {
        #expect(SwiftText(path: "a.swift", text: text).code.joined(separator: "\n") == code)
    }

    @Test("a function's length is counted to its own closing brace")
    func length() {
        let text = """
            /// Adds.
            @inlinable
            package func add(
                _ a: Int
            ) -> Int {
                if a > 0 { return 1 }
                return a
            }
            protocol P { func f() }
            package init?(_ a: Int) { self.a = a }
            """
        let declarations = SwiftText(path: "a.swift", text: text).declarations
        #expect(declarations.map(\.name) == ["add", "P", "init"])
        #expect(declarations.map(\.length) == [6, 1, 1])
        #expect(declarations.map(\.isDocumented) == [true, false, false])
        #expect(declarations.map(\.isExported) == [true, false, true])
    }
}
