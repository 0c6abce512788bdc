import SluiceBuckets
import SluiceCore
import SluiceS3Service
import SluiceServer

// Serves S3 from a directory on a free port, until it is killed, for clients that block: `bucket-server DIRECTORY`. The first line that it
// prints is its address.

let store = try BucketStore(CommandLine.arguments[1])
let server = try await PortServer.start(PortOptions(port: 0), services: [BucketService(store)])
try DiskFiles.write(Array("\(server.address)\n".utf8), to: 1, path: "standard output")
while true { try await Task.sleep(for: .seconds(3_600)) }
