package import SluiceCore

extension SluiceError.Code {
    /// Another program listens where this one should.
    package static let addressInUse = Self("address-in-use")
}
