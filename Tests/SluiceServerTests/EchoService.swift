import SluiceCore
import SluiceServer
import SluiceTestKit

/// A service for tests: tells what it got.
struct EchoService: Service {
    var name = "echo"
    var intake = BodyIntake.whole(upTo: 1_000)

    func takes(_ head: RequestHead, signedFor service: String?) -> Bool { head.rawPath.hasPrefix("/echo") }
    func operation(of head: RequestHead) -> String { "Echo" }

    func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        switch request.head.rawPath {
        case "/echo/failure": throw SluiceError(.ioFailure, "the disk is on fire")
        case "/echo/stream":
            return ServiceResponse(
                200, HeaderFields(),
                .streamed(length: nil) { writer in
                    for part in ["one ", "two ", "three"] { try await writer.write(Array(part.utf8)) }
                })
        case "/echo/file":
            return ServiceResponse(200, HeaderFields(), .file(FileRange(try OpenFile(path: Repository.path("Package.swift")), 0..<4)))
        case "/echo/early": return ServiceResponse(200, type: "text/plain", Array("early".utf8))
        default:
            let body = try await request.body.collect(upTo: 1_000_000)
            let text = "\(request.head.method) \(request.head.rawPath) \(request.caller.account) \(request.caller.region) \(body.count)"
            return ServiceResponse(type: "text/plain", Array(text.utf8))
        }
    }

    func fault(for refusal: LayerRefusal) -> ServiceFault {
        switch refusal {
        case .bodyTooLarge: ServiceFault(413, "TooLarge", "too large")
        case .foreignOrigin: ServiceFault(403, "Foreign", "a page of elsewhere")
        case .internalFailure: ServiceFault(500, "InternalFailure", "a fault of the server")
        default: ServiceFault(400, "\(refusal)", "refused")
        }
    }

    func response(to fault: ServiceFault, _ head: RequestHead, id: String) -> ServiceResponse {
        ServiceResponse(fault.status, type: "text/plain", Array("\(fault.code): \(fault.message)".utf8))
    }

    func reset() async throws {}
}
