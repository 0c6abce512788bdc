import SluiceCore

enum CRC32Function: ScalarFunction {
    static let manual = Manual(
        "crc32", .hashes, "crc32(text)", arguments: 1...1, "The CRC-32 checksum of a text's or binary's bytes, from 0 to 4294967295.",
        [Example("crc32('123456789')", yields: "3421780262"), Example("crc32('')", yields: "0")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let operand = try call.any(0)
        let node = operand.type == .binary ? operand.node : try call.text(0)
        return KernelNode(.int64, [node]) { input, _ in
            input.mapTextsToIntegers { text, _ in Int(CRC32.checksum(text)) }
        }
    }
}
