import SluiceTestKit
import Testing

@testable import SluiceScheduler

/// Values in lines for the shell, laid before a shell.
@Suite("values in lines for the shell") struct ShellLineTests {
    private static let values = [
        "plain", "new york", "it's", "a\"b\"", "$HOME", "$(touch harm)", "`touch harm`", "'; touch harm; '", "\"; touch harm; \"",
        "a&touch harm&", "*", "back\\slash\\", "'\u{301}; touch harm; '\u{301}", "EOF", "} touch harm", "0)); touch harm; echo $((0", "#x",
        "-n x", "é",
    ]

    /// - Parameter template: With `{}` for each value.
    private static func line(_ template: String, _ values: [String]) -> ShellLine {
        var line = ShellLine()
        for (index, part) in template.split(separator: "{}", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { line.add(values: values) }
            line.add(String(part))
        }
        return line
    }

    private func run(_ line: ShellLine, in directory: TemporaryDirectory) async throws -> CommandResult {
        var command = Command("/bin/sh", ["-c", line.text], directory: directory.root)
        command.environment.merge(line.variables) { $1 }
        return try await command.run()
    }

    @Test(
        "a value is itself wherever it stands, and does nothing",
        arguments: [
            "printf %s {}", "printf %s x{} | cut -c 2-", "printf %s \"{}\"", "printf %s '{}'", "printf %s \"$(printf %s {})\"",
            "printf %s \"$(printf %s \"{}\")\"", "printf %s \"`printf %s '{}'`\"", "printf %s \"`printf %s {}`\"",
            "x=`printf %s \"{}\"`; printf %s \"$x\"", "printf %s \"${none:-{}}\"", "printf '%s' ${none:-\"{}\"}", "cat <<EOF\n{}\nEOF\n",
            "cat <<-\"EOF\" | cat\n\tit's \"\nEOF\nprintf %s {}", "# don't {}\nprintf %s {}",
            "cat <<EOF\ndon't $(printf %s \"{}\")\nEOF", "(printf %s {})", "echo \"it's $((1 + 2))\" > /dev/null; printf %s '{}'",
            "echo $((1<<2)) > /dev/null\nprintf %s \"{}\"", "if [ {} != y ]; then printf %s {}; fi", "printf %s \"\\\"{}\" | cut -c 2-",
            "printf %s $(echo a)#{}", "printf %s `echo a`#{}", "(true)#{}\nprintf %s {}", "printf %s x \\\n#{}\nprintf %s {}",
            "`true # it's`; printf %s {}", "printf %s `printf %s 'a\\`'` {}",
            "(printf %s \"$( (printf %s {}) )\")",
        ])
    func itself(_ template: String) async throws {
        for value in Self.values + (template.contains("<<") || template.contains("#") || template.contains("cut") ? [] : ["line\nbreak"]) {
            let directory = try TemporaryDirectory()
            let line = Self.line(template, [value])
            let result = try await run(line, in: directory)
            let output = result.output.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
            #expect(output.contains { $0.hasSuffix(value) } || result.output.hasSuffix(value), "\(line.text)\n\(result.output)")
            #expect(directory.files().isEmpty, "\(line.text)")
        }
    }

    @Test("what a value cannot be told in does nothing all the same", arguments: values + ["a\ntouch harm\nEOF\ntouch harm\n"])
    func harmless(_ value: String) async throws {
        for template in [
            "echo $(({}))", "cat <<EOF\n{}\nEOF\n", "cat <<'EOF'\n{}\nEOF\n", "cat <<-EOF\n\t{}\n\tEOF\n", "# {}\n", "echo \\{}",
            "(true)#{}\n",
            "true \\\n#{}\n", "echo $(true)#{}\n", "echo `true`#{}\n", "echo \"$(true) \"#{}\n", "echo x>#{}\n",
            "echo `echo \\`echo {}\\``", "echo \"`echo \"{}\"`\"", "cat <<A <<B\n{}\nA\n{}\nB\n",
            "cat <<EOF\nx=\\$(cat {})\nEOF", "echo \"\\$({})\"", "echo \"\\$(\" \"{}\"", "echo \"`echo \\\"{}\\\"`\"",
            "x=abc; echo \"${x%'\"'}\" {}", "x=abc; echo \"${x%{}}\"", "echo ${x:- #a} {}", "echo \"$(echo ${x#(} ) {}\"",
        ] {
            let directory = try TemporaryDirectory()
            _ = try? await run(Self.line(template, [value]), in: directory)
            #expect(directory.files().isEmpty, "\(Self.line(template, [value]).text)")
        }
    }

    @Test("several values are words of their own; none is nothing") func words() {
        let line = Self.line("x {} y", ["a b", "", "c"])
        #expect(line.text == "x \"${SLUICE_VALUE_1}\" \"${SLUICE_VALUE_2}\" \"${SLUICE_VALUE_3}\" y")
        #expect(line.variables == ["SLUICE_VALUE_1": "a b", "SLUICE_VALUE_2": "", "SLUICE_VALUE_3": "c"])
        #expect(Self.line("x {} y \"{}\"", []).text == "x  y \"\"")
        #expect(Self.line("x \"{}\" '{}'", ["a\""]).text == "x \"${SLUICE_VALUE_1}\" ''\"${SLUICE_VALUE_1}\"''")
        var empty = ShellLine()
        empty.add("x ")
        empty.add(value: "")
        #expect(empty.text == "x ")
    }
}
