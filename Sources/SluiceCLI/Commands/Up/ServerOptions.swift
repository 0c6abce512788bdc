import ArgumentParser
import Glibc
import SluiceAWS
import SluiceCore
import SluiceServer

/// The port of `up` for clients of AWS services.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Port for clients of AWS services; 0 for a free one. Otherwise SLUICE_PORT, or 4566; \"off\" there is --no-server.",
            valueName: "port"))
    var port: Int?
    @Option(
        help: ArgumentHelp(
            "Address to listen on, which other machines reach only with --credentials. Default: 127.0.0.1.", valueName: "address"))
    var host: String?
    @Flag(help: "Listen on no port.") var noServer = false
    @Option(help: ArgumentHelp("File that gets the number of the port, once it listens.", valueName: "file")) var portFile: String?
    @Option(help: ArgumentHelp("Account of requests whose key says none, twelve digits. Default: 000000000000.", valueName: "digits"))
    var account: String?
    @Option(help: ArgumentHelp("Region of requests that are not signed. Default: us-east-1.", valueName: "region")) var region: String?
    @Option(
        help: ArgumentHelp(
            "Shared credentials file; requests must be signed with one of its keys. Otherwise any credentials are taken.", valueName: "file"
        ),
        completion: .file())
    var credentials: String?
    @Option(
        help: ArgumentHelp("Origin of pages that may use the port, besides those of this machine; may be repeated.", valueName: "origin"))
    var corsOrigin: [String] = []
    @Flag(help: "Let POST /_sluice/reset empty the streams, and POST /_sluice/clock move the time: for tests.") var allowReset = false
    @Flag(help: "Write a line of JSON to standard error for each request.") var accessLog = false
    @Option(help: ArgumentHelp("Part of the put records that are refused as throttled, 0 to 1: for tests of clients.", valueName: "share"))
    var throttleRecords: Double?
    @Option(help: ArgumentHelp("Part of the calls that fail, 0 to 1: for tests of clients.", valueName: "share")) var failCalls: Double?

    @Flag(help: "Refuse what is more than the quotas of Kinesis by shard and by call allow: for tests of clients.") var enforceQuotas =
        false
    @Option(
        help: ArgumentHelp(
            "Certificate of the port in PEM, with those of its issuers behind it: clients come over TLS, and with HTTP/2 where they can.",
            valueName: "file"), completion: .file())
    var tlsCertificate: String?
    @Option(help: ArgumentHelp("Key of the certificate in PEM, without a passphrase.", valueName: "file"), completion: .file())
    var tlsKey: String?

    func validate() throws {
        if (tlsCertificate == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-certificate and --tls-key go together: give both files, or neither")
        }
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port takes a number from 0 to 65535") }
        if let account, account.utf8.count != 12 || !account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw ValidationError("--account takes twelve digits")
        }
        if let region, !Self.isRegion(region) { throw ValidationError("--region takes a name such as eu-central-1") }
        for share in [throttleRecords, failCalls].compactMap(\.self) where !(0...1).contains(share) {
            throw ValidationError("--throttle-records and --fail-calls take a number from 0 to 1")
        }
        if let host, !["127.0.0.1", "::1", "localhost"].contains(host) {
            guard credentials != nil else {
                throw ValidationError("--host \(host) lets other machines in; give --credentials, so that requests must be signed")
            }
            guard !allowReset else {
                throw ValidationError(
                    "--host \(host) lets other machines in, and the pages of --allow-reset need no signature; leave one of them out")
            }
        }
    }

    private static func isRegion(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// Of the environment: a port, or `off`.
    private static let environmentName = "SLUICE_PORT"

    /// Where and how to listen; nil where nobody wants it.
    ///
    /// - Throws: `usage`, and what reading the credentials throws.
    func listening() throws -> (options: PortOptions, isAsked: Bool)? {
        if noServer { return nil }
        var options = PortOptions()
        var isAsked = port != nil
        if let port {
            options.port = port
        } else if let text = getenv(Self.environmentName).map({ String(cString: $0) }) {
            if text == "off" { return nil }
            guard let number = Int(text), (0...65_535).contains(number) else {
                throw SluiceError(
                    .usage, "\(Self.environmentName) is \(text.quotedForMessage)", remedy: "set it to a port from 0 to 65535, or to off")
            }
            options.port = number
            isAsked = true
        }
        if let host { options.host = host == "localhost" ? "127.0.0.1" : host }
        if let account { options.account = account }
        if let region { options.region = region }
        if let credentials { options.keys = try SharedFiles.keys(credentials) }
        if let tlsCertificate, let tlsKey {
            options.certificate = PortCertificate(certificatePath: tlsCertificate, keyPath: tlsKey)
        }
        options.origins = corsOrigin
        options.allowsReset = allowReset
        return (options, isAsked)
    }
}
