import SluiceJSON

/// Something that goes wrong with a service.
package enum MockFault: String, CaseIterable, Sendable {
    /// 429 with the seconds to wait, with a date, or without any word.
    case throttle, throttleDate = "throttle-date", throttleBare = "throttle-bare"
    case serverError = "server-error"
    /// An error in an answer of status 200, where the service has such.
    case errorInSuccess = "error-in-success"
    /// The access token ends.
    case expireToken = "expire-token"
    /// The cursor of the page is not known any more.
    case expireCursor = "expire-cursor"
    /// The connection is cut before the answer, inside its body, or the body comes too slowly.
    case reset, cut, drip
    /// A whole answer that lacks the end of its JSON, is no JSON, or is other JSON.
    case truncated, notJSON = "not-json", wrongShape = "wrong-shape"
    /// A body beyond any bound.
    case huge
    /// To another host.
    case redirect
    /// The page leads to itself.
    case endless
    /// From here on: records come into sight half a minute after their timestamp.
    case lateWrites = "late-writes"
    /// From here on: records have a field that they had not.
    case newField = "new-field"
    /// From here on: access rules hide most records, and are applied behind a page's limit.
    case hideRows = "hide-rows"
    /// From here on: some records have decimals in whole numbers, "null" and empty texts.
    case badValues = "bad-values"
    /// A minute passes behind the answer, so that records change between pages.
    case timePasses = "time-passes"
    /// The job that the request makes fails, or takes ten minutes.
    case failJob = "fail-job", slowJob = "slow-job"
    /// The file of a job that has done its work is not there.
    case missingFile = "missing-file"
    /// The job that the request names is not known any more, or somebody has aborted it.
    case loseJob = "lose-job", abortJob = "abort-job"
    /// The job that the request makes refuses some rows.
    case partialFailure = "partial-failure"
    /// Some texts of CSV have a NUL.
    case badBytes = "bad-bytes"

    /// Whether it stays once it has begun.
    package var lasts: Bool { [.lateWrites, .newField, .badValues, .hideRows].contains(self) }
}

/// Which request meets which fault.
package struct FaultPlan: Sendable {
    /// Requests that meet one fault.
    package struct Rule: Sendable {
        package var fault: MockFault
        /// Nil for every service.
        package var service: String?
        /// Numbers of requests to the service, from 1.
        package var requests: ClosedRange<Int>
        /// Of these, each so many-th.
        package var every: Int

        package init(_ fault: MockFault, at requests: ClosedRange<Int>, every: Int = 1, service: String? = nil) {
            self.fault = fault
            self.service = service
            self.requests = requests
            self.every = every
        }
    }

    package var rules: [Rule]

    package init(_ rules: [Rule] = []) { self.rules = rules }

    /// Why a text is no plan.
    package struct Malformed: Error, Hashable, Sendable {
        package var problem: String
    }

    /// Reads `{"faults": [{"fault": "throttle", "at": 3}, {"fault": "cut", "from": 1, "to": 9, "every": 3, "service": "slack"}]}`.
    package init(parsing bytes: [UInt8]) throws(Malformed) {
        guard let node = try? JSONParser.parse(bytes) else { throw Malformed(problem: "the plan is no JSON") }
        guard let list = node["faults"] else { throw Malformed(problem: "the plan has no list \"faults\"") }
        rules = []
        for (index, item) in list.elements.enumerated() {
            guard let name = item["fault"]?.string, let fault = MockFault(rawValue: name) else {
                let known = MockFault.allCases.map(\.rawValue).joined(separator: ", ")
                throw Malformed(problem: "fault \(index + 1) is none of \(known)")
            }
            let first = item["at"]?.integer ?? item["from"]?.integer ?? 1
            let last = item["to"]?.integer ?? (item["at"] != nil && !fault.lasts ? first : Int.max)
            guard first >= 1, last >= first, let every = item["every"].map(\.integer) ?? 1, every >= 1 else {
                throw Malformed(problem: "fault \(index + 1) has no requests: at, or from and to, count from 1")
            }
            rules.append(Rule(fault, at: first...last, every: every, service: item["service"]?.string))
        }
    }

    /// Faults of a request.
    func faults(_ service: String, request number: Int) -> Set<MockFault> {
        Set(
            rules.filter { rule in
                (rule.service ?? service) == service && rule.requests.contains(number)
                    && (number - rule.requests.lowerBound) % rule.every == 0
            }.map(\.fault))
    }
}
