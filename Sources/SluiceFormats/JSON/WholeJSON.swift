package import SluiceCore

/// A whole JSON text as one value, for small documents such as schemas; rows are read by `JSONFormat`.
package enum WholeJSON {
    /// Integers beyond Int64 and numbers with a fraction are floats; of members with one name the last counts.
    ///
    /// - Parameter noun: What the text is, for the message: `the schema`.
    /// - Throws: `malformedRecord` with line and column in the message.
    package static func value(_ bytes: [UInt8], noun: String) throws(SluiceError) -> Value {
        do throws(JSONFault) {
            return try JSONReader.value(bytes)
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.count { $0 == 0x0A } + 1
            let column = before.reversed().prefix { $0 != 0x0A }.count + 1
            throw SluiceError(
                .malformedRecord, "\(noun) is no JSON: \(Self.words(error.reason)), at line \(line), column \(column)",
                remedy: "correct it there, or say another format")
        }
    }

    private static func words(_ reason: JSONFault.Reason) -> String {
        switch reason {
        case .syntax(let message): message.description
        case .cut: "it ends inside a value"
        case .tooDeep: "it is nested deeper than \(CoreLimits.nestingDepth) levels"
        case .loneSurrogate: "an escape is half of a pair"
        case .doesNotFit(let type, _): "a value is no \(type)"
        }
    }
}
