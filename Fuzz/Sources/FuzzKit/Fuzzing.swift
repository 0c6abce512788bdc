import Glibc

/// What fuzzers share.
package enum Fuzzing {
    /// The bytes of one run.
    package static func bytes(_ data: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
        [UInt8](UnsafeBufferPointer(start: data, count: data == nil ? 0 : count))
    }

    /// Ends the program, which the fuzzer takes for a crash and keeps the input, when two ways to read the same bytes differ.
    package static func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds { fail(message()) }
    }

    /// As `require`, for what two readers saw; says where they differ first.
    package static func requireSame(_ found: [String], _ expected: [String], _ what: String) {
        guard found != expected else { return }
        let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(found.count, expected.count)
        let (left, right) = (found.dropFirst(place).first ?? "nothing", expected.dropFirst(place).first ?? "nothing")
        fail("\(what) differ at \(place):\n  \(left.debugDescription)\n  \(right.debugDescription)")
    }

    private static func fail(_ message: String) -> Never {
        let line = Array("fuzzer: \(message)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        abort()
    }
}
