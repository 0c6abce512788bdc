package import SluiceCore
import Synchronization

/// What calls are signed with, which changes while a program runs: credentials expire, and a machine's clock may be wrong.
package final class SigningState: Sendable {
    private struct State {
        var credentials: AWSCredentials?
        /// How far the service's clock, as its answers show it, is ahead of this machine's; nil before the first answer.
        var skewMicros: Int64?
        /// The part of it that signatures follow.
        var signedSkewMicros: Int64 = 0
    }

    private let settings: AWSSettings
    private let clock: WallClock
    private let state: Mutex<State>

    /// - Parameter isAnonymous: Whether calls go out without a signature.
    /// - Throws: `noCredentials`.
    package init(_ settings: AWSSettings, clock: WallClock, isAnonymous: Bool = false) throws(SluiceError) {
        self.settings = settings
        self.clock = clock
        state = Mutex(State(credentials: isAnonymous ? nil : try settings.credentials()))
    }

    /// The service's time, which is exact to a second after the first answer; microseconds since 1970.
    package var serviceMicros: Int64 { clock.nowMicros() + state.withLock { $0.skewMicros ?? 0 } }

    /// A request with its signature, or as it is where calls are anonymous.
    package func signed(
        _ request: SignableRequest, region: String, service: String, pathStyle: RequestSigner.PathStyle = .normalized
    ) -> SignableRequest {
        let (credentials, skew) = state.withLock { ($0.credentials, $0.signedSkewMicros) }
        guard let credentials else { return request }
        return RequestSigner(credentials, region: region, service: service, pathStyle: pathStyle)
            .signed(request, nowMicros: clock.nowMicros() + skew)
    }

    /// Takes the time that the headers of an answer tell.
    package func note(_ headers: [String: String]) {
        guard let date = headers["date"].flatMap({ HTTPDate.micros($0) }) else { return }
        state.withLock { $0.skewMicros = date - clock.nowMicros() }
    }

    /// Reads the credentials again when they have expired, and takes the service's time when this machine's clock is wrong.
    ///
    /// - Returns: Whether that changed something, so that another attempt makes sense at once.
    package func renew(after failure: ServiceFailure) -> Bool {
        switch failure.type {
        case "ExpiredTokenException", "ExpiredToken":
            guard let fresh = try? settings.credentials() else { return false }
            return state.withLock { state in
                guard state.credentials != nil else { return false }
                defer { state.credentials = fresh }
                return state.credentials != fresh
            }
        case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed":
            return state.withLock { state in
                guard let skew = state.skewMicros, abs(skew - state.signedSkewMicros) > Int64(AWSLimits.skewSeconds) * 1_000_000 else {
                    return false
                }
                state.signedSkewMicros = skew
                return true
            }
        default: return false
        }
    }
}
