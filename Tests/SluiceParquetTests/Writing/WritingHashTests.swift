import SluiceParquet
import Testing

@Suite("Hash of bloom filters") struct WritingHashTests {
    /// Computed with the Python package xxhash 4.1: `xxhash.xxh64(data).intdigest()`.
    @Test(
        "agrees with the reference",
        arguments: [
            ("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("0123456789abcdef0123456789abcdef0123", 0xC425_5BA3_D1AF_5461),
            (String(repeating: "x", count: 100), 0x92F0_DE5A_88A3_C094),
        ] as [(String, UInt64)])
    func reference(text: String, hash: UInt64) { #expect(XXHash64.hash(Array(text.utf8)) == hash) }
}
