import Glibc

/// The checkout that the running tests were compiled from.
package enum Repository {
    /// The path of something in the checkout, such as `sample-data/airlines.csv`.
    package static func path(_ relative: String) -> String { root + "/" + relative }

    package static let root: String = {
        // …/Sources/SluiceTestKit/Files/Repository.swift
        var path = #filePath
        if let resolved = realpath(path, nil) {
            path = String(cString: resolved)
            free(resolved)
        }
        return path.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
    }()
}
