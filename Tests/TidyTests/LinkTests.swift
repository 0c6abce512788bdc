import Foundation
import Testing

/// The packages that borrow targets of the main one by links: a target that is renamed must not leave them behind.
@Suite("links to sources")
struct LinkTests {
    @Test("each link leads to a target", arguments: ["Fuzz/Sources", "Benchmarks/streams/driver/Sources"])
    func links(_ folder: String) throws {
        let path = "\(Checkout.root)/\(folder)"
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        let links = names.filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(path)/\($0)")) != nil }
        #expect(!links.isEmpty)
        for name in links {
            #expect(FileManager.default.fileExists(atPath: "\(path)/\(name)"), "\(folder)/\(name) leads nowhere")
        }
    }

    @Test("each target of their manifests has a folder", arguments: ["Fuzz", "Benchmarks/streams/driver"])
    func targets(_ package: String) {
        let manifest = Checkout.text("\(package)/Package.swift")
        let targets = manifest.matches(of: #/(?:room\(|arget\(\s*name: )"(\w[\w-]*)"/#).map { String($0.output.1) }
        #expect(!targets.isEmpty)
        let folders = Checkout.folders(of: "\(package)/Sources")
        for target in targets { #expect(folders.contains(target), "\(package)/Sources/\(target) is not there") }
    }
}
