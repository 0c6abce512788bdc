import FuzzKit
import SluiceCore
@testable import SluiceS3Service
@testable import SluiceServer

/// A form with a file (`multipart/form-data`): the first byte says how long the pieces are that it comes in, the first line is its content type.
///
/// Whatever the pieces, fields, file and refusal are the same; there is never more of them than bytes.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let pieceBytes = choices.number(below: 64) + 1
    let type = choices.line()
    guard let decoder = try? FormDecoder(contentType: type) else { return 0 }
    let body = choices.rest
    let whole = read(body, decoder, pieceBytes: max(1, body.count))
    let pieces = read(body, decoder, pieceBytes: pieceBytes)
    Fuzzing.requireSame([pieces.text], [whole.text], "pieces of \(pieceBytes) and the whole")
    Fuzzing.require(whole.byteCount <= body.count, "more data than bytes")
    return 0
}

private func read(_ body: [UInt8], _ start: FormDecoder, pieceBytes: Int) -> (text: String, byteCount: Int) {
    var decoder = start
    var found = ""
    var file: [UInt8] = []
    do {
        for start in stride(from: 0, to: body.count, by: pieceBytes) {
            for event in try decoder.take(body[start..<min(body.count, start + pieceBytes)]) {
                if case .bytes(let bytes) = event { file += bytes } else { found += "\(event)\n" }
            }
        }
    } catch {
        return (error.code, 0)
    }
    // Of a file that has not ended, how much is told depends on the pieces.
    return decoder.isDone ? ("\(found)\(file)", file.count) : (found, 0)
}
