import SluiceCore

/// `withUnsafeBytes` for bodies with a typed error.
func withBytes<Result>(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(SluiceError) -> Result
) throws(SluiceError) -> Result {
    var failure: SluiceError?
    let result = bytes.withUnsafeBytes { raw -> Result? in
        do throws(SluiceError) { return try body(raw) } catch {
            failure = error
            return nil
        }
    }
    if let failure { throw failure }
    return result!
}
