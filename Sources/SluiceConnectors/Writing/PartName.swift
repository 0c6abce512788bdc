import SluiceCore

/// The names of output files: `part-<run>-<writer>-<number>.<extension>`. A run's identifier makes them unique, so that moving one into
/// place never meets another, and tells Sluice's own files from everybody else's.
enum PartName {
    /// What the name of a run's staging directory begins with; hidden, so sources do not look into it.
    static let stagingPrefix = ".staging-"
    private static let prefix = "part-"

    static func name(run: String, writer: Int, number: Int, fileExtension: String) -> String {
        "\(prefix)\(run)-\(padded(writer, 3))-\(padded(number, 5)).\(fileExtension)"
    }

    /// Whether Sluice would give this name to a file.
    static func isPart(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), let dot = name.firstIndex(of: ".") else { return false }
        let numbers = name[..<dot].split(separator: "-", omittingEmptySubsequences: false).suffix(2)
        let lengths = [3, 5]
        return name[..<dot].split(separator: "-").count >= 4
            && zip(numbers, lengths).allSatisfy { $0.utf8.count >= $1 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
