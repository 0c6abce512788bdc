import SluiceCore
import SluiceJSON

/// The port's own pages: health, metrics, and what test suites need.
enum PortPages {
    static let prefix = "/_sluice/"

    static func failure(_ status: Int, _ code: String, _ message: String) -> ServiceResponse {
        var body = JSONBody()
        body.put("__type", code)
        body.put("message", message)
        return ServiceResponse(status, type: "application/json", body.bytes)
    }

    static func done() -> ServiceResponse { ServiceResponse(type: "application/json", Array(#"{"status":"ok"}"#.utf8)) }
}

extension RequestRouter {
    /// The most that a test may move the time at once: ten years.
    private static let mostSeconds: ClosedRange<Int64> = 1...315_360_000

    func page(_ head: RequestHead) async -> ServiceResponse {
        switch (head.method, head.rawPath.dropFirst(PortPages.prefix.count)) {
        case ("GET", "health"), ("HEAD", "health"): return health()
        case ("GET", "ready"), ("HEAD", "ready"):
            return isReady ? PortPages.done() : PortPages.failure(503, "NotReady", "the server is ending")
        case ("GET", "metrics"):
            return ServiceResponse(
                type: "text/plain; version=0.0.4; charset=utf-8", Array(metrics.text(connections: connections()).utf8))
        case ("POST", "reset"):
            guard options.allowsReset else { return refusedReset() }
            return await reset()
        case ("POST", "clock"):
            guard options.allowsReset else { return refusedReset() }
            guard let seconds = head.query["advance"].flatMap(Int64.init), Self.mostSeconds.contains(seconds) else {
                return PortPages.failure(400, "InvalidArgument", "say how many whole seconds, up to ten years, with ?advance=SECONDS")
            }
            shift.advance(by: seconds * 1_000_000)
            for service in services { await service.timeMoved() }
            return PortPages.done()
        default: return PortPages.failure(404, "NotFound", "the pages are health, ready, metrics, reset and clock")
        }
    }

    private func health() -> ServiceResponse {
        var body = JSONBody()
        body.put("status", "ok")
        body.put("version", Release.version)
        body.put("services", texts: services.map(\.name))
        return ServiceResponse(type: "application/json", body.bytes)
    }

    private func refusedReset() -> ServiceResponse {
        PortPages.failure(403, "ResetNotAllowed", "the server was started without --allow-reset")
    }

    private func reset() async -> ServiceResponse {
        do {
            for service in services { try await service.reset() }
            shift.reset()
            return PortPages.done()
        } catch {
            let text = (error as? SluiceError).map { "\($0.code): \($0.message)" } ?? String(describing: error)
            return PortPages.failure(500, "ResetFailed", text)
        }
    }
}
