import Testing

@Suite("layers")
struct ArrowTests {
    @Test("every target of Sources has a floor")
    func floors() {
        for target in Checkout.folders(of: "Sources") where target != House.testKit {
            #expect(House.floor(of: target) != nil, "Sources/\(target) stands on no floor; add it to House.floors")
        }
    }

    @Test("imports point down only, and siblings do not import each other", arguments: Checkout.folders(of: "Sources"))
    func arrows(_ target: String) {
        for file in Checkout.swiftFiles(below: "Sources/\(target)") {
            for (module, line) in file.imports where module.hasPrefix("Sluice") || module == "sluice" {
                let place: Comment = "\(file.path):\(line): \(target) may not import \(module)"
                if target == House.testKit {
                    #expect(House.testKitImports.contains(module), place)
                } else if let own = House.floor(of: target) {
                    #expect(House.floor(of: module).map { $0 < own } == true, place)
                }
            }
        }
    }

    @Test("a library from outside is imported by its keepers only")
    func keepers() {
        for target in Checkout.folders(of: "Sources") {
            for file in Checkout.swiftFiles(below: "Sources/\(target)") {
                for (module, line) in file.imports {
                    guard let keepers = House.keepers[module] else { continue }
                    #expect(
                        keepers.contains(target), "\(file.path):\(line): \(module) belongs to \(keepers.sorted().joined(separator: ", "))")
                }
            }
        }
    }

    @Test("every target with Swift code has tests")
    func tested() {
        for target in Checkout.folders(of: "Sources") where !Checkout.swiftFiles(below: "Sources/\(target)").isEmpty {
            // The program itself and the test kit are tested by running them.
            let tests = ["sluice", House.testKit].contains(target) ? "EndToEndTests" : target + "Tests"
            let files = Checkout.swiftFiles(below: "Tests/\(tests)")
            let hasTest = files.contains { $0.code.contains { $0.contains("@Test") } }
            #expect(hasTest, "Sources/\(target) has no test in Tests/\(tests)")
        }
    }
}

extension SwiftText {
    /// Imported modules with their lines, from 1.
    fileprivate var imports: [(module: String, line: Int)] {
        code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), words[..<keyword].allSatisfy({ Self.beforeImport.contains($0) }),
                let module = words.dropFirst(keyword + 1).first(where: { !Self.importKinds.contains($0) })
            else { return nil }
            return (module.split(separator: ".").first.map(String.init) ?? String(module), index + 1)
        }
    }

    private static let beforeImport: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private", "@_exported", "@testable",
    ]
    private static let importKinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}
