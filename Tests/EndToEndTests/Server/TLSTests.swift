import Glibc
import SluiceTestKit
import Testing

/// The port with a certificate, and HTTP/2 with and without one.
@Suite("sluice up over TLS and HTTP/2")
struct TLSTests {
    private static let hasOpenSSL: Bool = {
        let isThere = InstalledProgram.isThere("openssl")
        if !isThere { print("skipped: there is no openssl") }
        return isThere
    }()
    private static let hasCurl: Bool = {
        let isThere = InstalledProgram.succeeds("bash", ["-c", "curl --version | grep -q HTTP2"])
        if !isThere { print("skipped: there is no curl with HTTP/2") }
        return isThere
    }()

    private let project: Project

    init() throws { project = try Project() }

    private func path(_ name: String) -> String { project.directory.path(name) }

    /// A certificate of an authority of its own, for this machine.
    private func makeCertificates() async throws {
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        let line = """
            openssl req -x509 \(key) -keyout ca.key -out ca.pem -days 30 -subj /CN=authority &&
            openssl req \(key) -keyout port.key -out port.csr -subj /CN=localhost &&
            printf 'subjectAltName=DNS:localhost,DNS:*.s3.localhost,IP:127.0.0.1\\n' > port.ext &&
            openssl x509 -req -in port.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile port.ext -out port.pem &&
            openssl ecparam -name prime256v1 -genkey -noout -out other.key &&
            openssl ec -in port.key -aes256 -passout pass:secret -out locked.key
            """
        let made = try await Command.shell(line, directory: project.directory.root).run()
        try #require(made.exitCode == 0, "\(made.transcript)")
    }

    private func end(_ running: RunningCommand) async throws {
        running.signal(SIGTERM)
        let result = try await running.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    private func curl(_ line: String) async throws -> String {
        let result = try await Command.shell("curl -sS -m 300 \(line)", directory: project.directory.root).run()
        try #require(result.exitCode == 0, "\(line): \(result.transcript)")
        return result.output
    }

    private static let program = """
        import sys, boto3, botocore.exceptions
        address, authority = sys.argv[1:]
        keys = dict(endpoint_url=address, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
        kinesis = boto3.client("kinesis", verify=authority, **keys)
        kinesis.create_stream(StreamName="s", ShardCount=1)
        for number in range(20):
            kinesis.put_record(StreamName="s", PartitionKey="k", Data=b"%d" % number)
        iterator = kinesis.get_shard_iterator(StreamName="s", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        assert len(kinesis.get_records(ShardIterator=iterator)["Records"]) == 20
        s3 = boto3.client("s3", verify=authority, **keys)
        s3.create_bucket(Bucket="lake")
        content = bytes(range(256)) * 40_000
        s3.put_object(Bucket="lake", Key="large", Body=content)
        assert s3.get_object(Bucket="lake", Key="large")["Body"].read() == content
        assert s3.get_object(Bucket="lake", Key="large", Range="bytes=5-8")["Body"].read() == content[5:9]
        assert s3.head_object(Bucket="lake", Key="large")["ContentLength"] == len(content)
        upload = dict(Bucket="lake", Key="a b/c")
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        part = s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]
        done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
        assert done["Location"] in (address + "/lake/a%20b/c", address.replace("://", "://lake.") + "/a%20b/c"), done
        assert done["ResponseMetadata"]["HTTPHeaders"]["date"].endswith(" GMT"), done
        try:
            boto3.client("s3", **keys).list_buckets()
            raise SystemExit("a certificate of nobody was believed")
        except botocore.exceptions.SSLError:
            print("ok")
        """

    @Test("boto3 believes the certificate by its authority, and moves records and large objects", .enabled(if: hasOpenSSL))
    func boto() async throws {
        guard let python = KinesisServerTests.boto3 else { return }
        try await makeCertificates()
        let (running, port) = try await project.serve("--tls-certificate", path("port.pem"), "--tls-key", path("port.key"))
        #expect(running.errorsSoFar.contains("https://127.0.0.1:\(port)"))
        let result = try await Command(python, ["-c", Self.program, "https://localhost:\(port)", path("ca.pem")]).run()
        #expect(result.output == "ok\n", "\(result.transcript)")
        try await end(running)
    }

    @Test("HTTP/2 by the handshake, by prior knowledge, and HTTP/1.1 beside it", .enabled(if: hasOpenSSL && hasCurl))
    func versions() async throws {
        try await makeCertificates()
        let write = "-o /dev/null -w '%{http_version} %{http_code}'"
        var (running, port) = try await project.serve("--tls-certificate", path("port.pem"), "--tls-key", path("port.key"))
        let secure = "--cacert ca.pem https://localhost:\(port)"
        #expect(try await curl("--http2 \(write) \(secure)/_sluice/health") == "2 200")
        #expect(try await curl("--http1.1 \(write) \(secure)/_sluice/health") == "1.1 200")
        #expect(try await curl("--http2 -o /dev/null -w '%header{date}' \(secure)/_sluice/health").hasSuffix(" GMT"))
        try await moveObjects("--http2 --cacert ca.pem", "https://localhost:\(port)", "secure", parallel: "--parallel")
        try await end(running)
        (running, port) = try await project.serve()
        let plain = "http://localhost:\(port)"
        #expect(try await curl("--http2-prior-knowledge \(write) \(plain)/_sluice/health") == "2 200")
        #expect(try await curl("\(write) \(plain)/_sluice/health") == "1.1 200")
        // curl 7.88 has a connection for each object here.
        try await moveObjects("--http2-prior-knowledge", plain, "plain", parallel: "--parallel --parallel-immediate")
        try await end(running)
    }

    /// Objects that are larger than the windows of HTTP/2, in both directions, several at a time, and the same bounds as over HTTP/1.1.
    private func moveObjects(_ options: String, _ address: String, _ bucket: String, parallel: String) async throws {
        _ = try await Command.shell("head -c 9000000 /dev/urandom > large", directory: project.directory.root).run()
        #expect(try await curl("\(options) -X PUT -w '%{http_code}' \(address)/\(bucket)") == "200")
        #expect(try await curl("\(options) -T large -w '%{http_code}' \(address)/\(bucket)/large") == "200")
        let all = (1...6).map { "-o back\($0) \(address)/\(bucket)/large" }.joined(separator: " ")
        _ = try await curl("\(options) \(parallel) \(all)")
        for number in 1...6 {
            let compared = try await Command("cmp", ["large", "back\(number)"], directory: project.directory.root).run()
            #expect(compared.exitCode == 0, "\(compared.transcript)")
        }
        #expect(
            try await curl("\(options) -I -o /dev/null -w '%{http_code} %header{content-length}' \(address)/\(bucket)/large").hasPrefix(
                "200"))
        let target = "-H 'X-Amz-Target: Kinesis_20131202.ListStreams' -H 'Content-Type: application/x-amz-json-1.1'"
        #expect(try await curl("\(options) \(target) -d '{}' \(address)/").contains("StreamNames"))
        _ = try await Command.shell("head -c 20000000 /dev/zero > long", directory: project.directory.root).run()
        #expect(try await curl("\(options) \(target) --data-binary @long -o /dev/null -w '%{http_code}' \(address)/") == "413")
        #expect(try await curl("\(options) -o /dev/null -w '%{http_code}' \(address)/\(bucket)/none") == "404")
    }

    @Test("a server that ends lets a request over HTTP/2 end", .enabled(if: hasCurl))
    func drain() async throws {
        let (running, port) = try await project.serve("--drain", "300s")
        let address = "http://localhost:\(port)"
        _ = try await curl("--http2-prior-knowledge -X PUT \(address)/lake")
        _ = try await Command.shell("head -c 2000000 /dev/urandom > slow", directory: project.directory.root).run()
        let line = "curl -sS -m 300 --http2-prior-knowledge --limit-rate 500k -T slow -w '%{http_code}' \(address)/lake/slow"
        let upload = try Command.shell(line, directory: project.directory.root).start()
        let staged = project.home + "/buckets/.sluice/staged"
        while upload.isRunning, TemporaryDirectory.files(below: staged).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        try await end(running)
        let result = try await upload.wait()
        #expect(result.exitCode == 0 && result.output == "200", "\(result.transcript)")
    }

    @Test("files that are missing, no certificate, no key, locked or of another certificate are told", .enabled(if: hasOpenSSL))
    func refusals() async throws {
        try await makeCertificates()
        func refusal(_ arguments: String...) async throws -> String {
            let result = try await project.command(["up", "--port", "0", "--no-schedule"] + arguments).run()
            #expect(result.exitCode == 2, "\(result.transcript)")
            return result.errors
        }
        let (certificate, key) = (path("port.pem"), path("port.key"))
        #expect(try await refusal("--tls-certificate", certificate).contains("--tls-key"))
        let missing = try await refusal("--tls-certificate", path("none.pem"), "--tls-key", key)
        #expect(missing.contains("none.pem") && missing.contains("--tls-certificate"), "\(missing)")
        let noCertificate = try await refusal("--tls-certificate", key, "--tls-key", key)
        #expect(noCertificate.contains("no certificate in PEM") && noCertificate.contains("port.key"), "\(noCertificate)")
        let noKey = try await refusal("--tls-certificate", certificate, "--tls-key", certificate)
        #expect(noKey.contains("no private key in PEM") && noKey.contains("port.pem"), "\(noKey)")
        let locked = try await refusal("--tls-certificate", certificate, "--tls-key", path("locked.key"))
        #expect(locked.contains("passphrase"), "\(locked)")
        let other = try await refusal("--tls-certificate", certificate, "--tls-key", path("other.key"))
        #expect(other.contains("other.key") && other.contains("is not that of the first certificate"), "\(other)")
    }
}
