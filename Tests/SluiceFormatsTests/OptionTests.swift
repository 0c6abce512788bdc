import SluiceCore
import SluiceFormats
import Testing

@Suite("Options") struct OptionTests {
    @Test("an unknown option is an error with the near name") func unknown() {
        let error = #expect(throws: SluiceError.self) { try csv(["delimeter": .text(";")]) }
        #expect(error?.code == .unknownKey)
        #expect(error?.remedy == "did you mean \"delimiter\"?")
    }

    @Test(
        "values out of place are errors that say what is allowed",
        arguments: [
            ("delimiter", OptionValue.text("123456789")), ("quote", .text("é")), ("escape", .text("ab")), ("delimiter", .text("\n")),
            ("delimiter", .text("")),
            ("delimiter", .text("\"")), ("header", .text("x")), ("encoding", .text("utf-9")), ("skip_lines", .integer(-1)),
            ("trim", .text("yes")),
            ("ragged", .boolean(true)), ("date_pattern", .text("%q")), ("date_pattern", .text("%H:%M")), ("decimal_mark", .text("5")),
            ("group_mark", .text(".")), ("header", .texts(["a", "a"])),
        ]) func invalid(_ name: String, _ value: OptionValue)
    {
        let error = #expect(throws: SluiceError.self) { try csv([name: value]) }
        #expect([.invalidOption, .duplicateColumn].contains(error?.code))
        #expect(error?.remedy != nil)
    }

    @Test("a tab may be written as \\t") func tab() throws {
        #expect(try read("a\tb\n1\t2\n", csv(["delimiter": .text(#"\t"#)]), schema(("b", "int64"))).rows == [[.integer(2)]])
    }

    @Test("every option has a sentence, and its default is a value that it takes") func specs() throws {
        for type in FormatRegistry.formats {
            for spec in type.options {
                #expect(spec.summary.hasSuffix("."))
                if let value = spec.defaultValue { _ = try CheckedOptions([spec.name: value], specs: [spec], owner: "test") }
            }
        }
    }

    @Test("formats are found by name and by file name") func registry() throws {
        #expect(try FormatRegistry.format(forFile: "a/b.CSV.gz").name == "csv")
        #expect(try FormatRegistry.format(forFile: "b.jsonl").name == "json")
        #expect(
            try FormatRegistry.format(forFile: "b.tsv").describe(FileInput(MemoryAccess(Array("a\tb".utf8)), path: "b.tsv")).layout.columns
                == ["a", "b"])
        #expect(throws: SluiceError.self) { try FormatRegistry.format(forFile: "a.csv/b") }
        #expect(throws: SluiceError.self) { try FormatRegistry.format(forFile: "gz") }
        let error = #expect(throws: SluiceError.self) { try FormatRegistry.format(named: "cvs") }
        #expect(error?.remedy == "did you mean \"csv\"?")
    }
}
