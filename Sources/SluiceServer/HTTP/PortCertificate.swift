import NIOSSL
import SluiceCore

/// The certificate by which the port is known to its clients, and its key: files in PEM.
package struct PortCertificate: Hashable, Sendable {
    package var certificatePath: String
    package var keyPath: String

    package init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// TLS 1.2 and 1.3, with HTTP/2 and HTTP/1.1 offered.
    ///
    /// - Throws: `fileNotFound`, `ioFailure`; `invalidOption` for files that hold no certificate or no key, and where they do not belong together.
    func context() throws(SluiceError) -> NIOSSLContext {
        let chain = try certificates()
        let key = try privateKey()
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2", "http/1.1"]
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw SluiceError(
                .invalidOption, "the key is not that of the first certificate in \(certificatePath.quotedForMessage)",
                at: .file(path: keyPath),
                remedy: "give the key that the certificate was made with, and the certificate of the port before those of its issuers",
                underlying: error)
        }
    }

    private func certificates() throws(SluiceError) -> [NIOSSLCertificate] {
        let bytes = try read(certificatePath, "certificate")
        let chain = (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
        guard !chain.isEmpty else {
            throw SluiceError(
                .invalidOption, "the file has no certificate in PEM", at: .file(path: certificatePath),
                remedy: "give a file with a part that begins with -----BEGIN CERTIFICATE-----")
        }
        return chain
    }

    private func privateKey() throws(SluiceError) -> NIOSSLPrivateKey {
        let bytes = try read(keyPath, "key")
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw SluiceError(
                .invalidOption, "the file has no private key in PEM that can be read without a passphrase", at: .file(path: keyPath),
                remedy:
                    "give a file with a part that begins with -----BEGIN PRIVATE KEY-----; openssl pkey -in FILE takes a passphrase away",
                underlying: error)
        }
    }

    private func read(_ path: String, _ what: String) throws(SluiceError) -> [UInt8] {
        guard DiskFiles.kind(of: path) != nil else {
            throw SluiceError(
                .fileNotFound, "there is no file \(path.quotedForMessage)", at: .file(path: path),
                remedy: "give the file of the \(what) with --tls-\(what)")
        }
        return try DiskFiles.read(path)
    }
}
