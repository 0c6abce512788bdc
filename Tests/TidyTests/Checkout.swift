import Foundation

/// The files of the checkout that the tidy tests read.
enum Checkout {
    static let root: String = {
        // …/Tests/TidyTests/Checkout.swift
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    /// All Swift sources and tests, read once.
    static let allSwift: [SwiftText] = ["Sources", "Tests", "Examples", "Benchmarks"].flatMap(paths(below:)).filter {
        $0.hasSuffix(".swift")
    }
    .map { SwiftText(path: $0, text: text($0)) }

    /// Swift files below a folder.
    static func swiftFiles(below folder: String) -> [SwiftText] { allSwift.filter { $0.path.hasPrefix(folder + "/") } }

    /// Names of the folders of a folder.
    static func folders(of folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder)) ?? []
        return names.filter { name in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(folder)/\(name)", isDirectory: &isDirectory) && isDirectory.boolValue
        }.sorted()
    }

    /// Paths of all files below a folder, relative to the checkout, without what builds and runs leave behind.
    static func paths(below folder: String) -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: root + "/" + folder) else { return [] }
        var result: [String] = []
        for case let name as String in walker {
            let last = name.split(separator: "/").last.map(String.init) ?? name
            if [".build", ".sluice", ".cache", "cache", "results", "__pycache__", ".git"].contains(last) {
                walker.skipDescendants()
            } else if walker.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                result.append(folder + "/" + name)
            }
        }
        return result.sorted()
    }

    /// A file's content; bytes that are no UTF-8 are replaced.
    static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: root + "/" + path) ?? Data(), as: UTF8.self)
    }

    /// Texts that people write and read: no sample data, no golden files.
    static var writtenTexts: [String] {
        let folders = ["Sources", "Tests", "Benchmarks", "Examples", "pipelines", "catalog", "docs", "scripts", ".ci"]
        let extensions = ["swift", "md", "yaml", "yml", "py", "sh", "json"]
        let nested = folders.flatMap { paths(below: $0) }
            .filter { path in
                path.hasPrefix("scripts/") || path.hasPrefix(".ci/") || extensions.contains { path.hasSuffix("." + $0) }
            }
        return nested + ["Package.swift", "README.md", "Benchmarks/run"].filter { FileManager.default.fileExists(atPath: root + "/" + $0) }
    }
}
