import Glibc

/// The rounds that a test of random cases makes, one a seed.
package enum Rounds {
    /// All rounds; an eighth of them, and two at least, where the environment has `SLUICE_TEST_ROUNDS=short`.
    package static func of(_ count: Int) -> Range<Int> {
        let isShort = getenv("SLUICE_TEST_ROUNDS").map { String(cString: $0) } == "short"
        return 0..<(isShort ? min(count, max(2, count / 8)) : count)
    }
}
