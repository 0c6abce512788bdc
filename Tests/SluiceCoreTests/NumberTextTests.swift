import SluiceCore
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
    private func integer(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { NumberText.integer($0) } }
    private func float(_ text: String) -> Double? { Array(text.utf8).withUnsafeBufferPointer { NumberText.float($0) } }
    private func decimal(_ text: String, _ precision: Int, _ scale: Int) -> Int128? {
        Array(text.utf8).withUnsafeBufferPointer { NumberText.decimal($0, precision: precision, scale: scale) }
    }

    @Test("whole integers, to the last bit of the range")
    func integers() {
        #expect(integer("0") == 0)
        #expect(integer("-17") == -17)
        #expect(integer("+17") == 17)
        #expect(integer("007") == 7)
        #expect(integer("9223372036854775807") == .max)
        #expect(integer("-9223372036854775808") == .min)
        #expect(integer("00000000000000000000000000012") == 12)
    }

    @Test(
        "what is no integer is refused, not narrowed",
        arguments: ["", "-", "+", "1.0", "1e3", " 1", "1 ", "1_000", "0x10", "9223372036854775808", "-9223372036854775809", "１"])
    func notIntegers(_ text: String) { #expect(integer(text) == nil) }

    @Test(
        "floats agree with the correctly rounded value",
        arguments: [
            "0", "-0", "1.5", ".5", "5.", "1e10", "1E-5", "123456789.123456789", "9007199254740993", "0.1", "2.2250738585072014e-308",
            "4.9e-324",
            "1.7976931348623157e308", "179769313486231580793e289", "0.000000000000000000000000000000000000000123", "1e22", "1e23",
            "12345678901234567890123",
        ])
    func floats(_ text: String) {
        let padded = text.hasPrefix(".") ? "0" + text : text.hasSuffix(".") ? text + "0" : text
        #expect(float(text) == Double(padded))
    }

    @Test("words for floats")
    func specialFloats() {
        #expect(float("inf") == .infinity)
        #expect(float("-Infinity") == -.infinity)
        #expect(float("NaN")?.isNaN == true)
    }

    @Test("what is no float is refused", arguments: ["", ".", "-", "e5", "1e", "1e+", "1.2.3", "1,5", " 1", "0x1p3", "infin", "--1"])
    func notFloats(_ text: String) { #expect(float(text) == nil) }

    @Test("random floats survive the way through text")
    func floatRoundTrip() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            var bytes: [UInt8] = []
            NumberText.append(value, to: &bytes)
            #expect(float(String(decoding: bytes, as: UTF8.self)) == value)
        }
    }

    @Test("decimals keep every digit or are refused")
    func decimals() {
        #expect(decimal("12.34", 10, 2) == 1234)
        #expect(decimal("-12.3", 10, 2) == -1230)
        #expect(decimal("12", 10, 2) == 1200)
        #expect(decimal("12.3400", 10, 2) == 1234)
        #expect(decimal(".5", 10, 1) == 5)
        #expect(decimal("12.345", 10, 2) == nil, "a third place is not rounded away")
        #expect(decimal("123456789.00", 10, 2) == nil, "eleven digits do not fit ten")
        #expect(decimal("1e3", 10, 2) == nil)
        #expect(decimal("", 10, 2) == nil)
        #expect(decimal(String(repeating: "9", count: 38), 38, 0) == Int128(NumberText.powerOfTen(38) - 1))
        #expect(decimal(String(repeating: "9", count: 39), 38, 0) == nil)
        #expect(decimal("1" + String(repeating: "0", count: 60), 38, 0) == nil)
    }

    @Test("decimals are written with their scale")
    func decimalText() {
        #expect(Value.decimal(-5, scale: 2).description == "-0.05")
        #expect(Value.decimal(1234, scale: 0).description == "1234")
        #expect(Value.decimal(1200, scale: 2).description == "12.00")
        #expect(Value.decimal(Int128(NumberText.powerOfTen(38) - 1), scale: 38).description == "0." + String(repeating: "9", count: 38))
    }
}
