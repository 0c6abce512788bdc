import SluiceCatalog
import SluiceCore
import SluiceServer

/// Registering connectors under labels.
enum Registrations {
    static let kind = "appflow-connector"

    static let operations: [AppFlowOperation] = [
        AppFlowOperation("RegisterConnector", "POST", "/register-connector") { call in
            var input = try call.input()
            let label = try input.text("connectorLabel", Rules.label)
            let description = try input.text("description", Rules.description)
            _ = try input.text("connectorProvisioningType", TextRule(values: ["LAMBDA"]))
            let function = try function(&input)
            let token = try input.text("clientToken", Rules.clientToken)
            try input.finish()
            guard let label, let function else {
                throw Faults.invalid(
                    "connectorLabel and connectorProvisioningConfig.lambda.lambdaArn are required to register a connector.")
            }
            _ = try Registration.checked(function)
            let home = call.context
            if let known = try home.registrations().first(where: { $0.label == label }) {
                guard let token, token == known.clientToken, function == known.function else {
                    throw Faults.conflict("Connector with label \(label) is already registered.")
                }
                return answer(label, call)
            }
            guard try home.registrations().count < AppFlowLimits.registrations else {
                throw Faults.quota("An account has at most \(AppFlowLimits.registrations) registered connectors.")
            }
            let registration = Registration(
                label: label, description: description, function: function, person: call.person, micros: home.clock.nowMicros(),
                clientToken: token)
            guard try home.catalog.addDocument(kind, label, registration.value.json) else {
                throw Faults.conflict("Connector with label \(label) is already registered.")
            }
            return answer(label, call)
        },
        AppFlowOperation("UpdateConnectorRegistration", "POST", "/update-connector-registration") { call in
            var input = try call.input()
            let label = try input.requiredText("connectorLabel", Rules.label)
            let description = try input.text("description", Rules.description)
            let function = try function(&input)
            _ = try input.text("clientToken", Rules.clientToken)
            try input.finish()
            if let function { _ = try Registration.checked(function) }
            try call.context.catalog.change(kind, label) { value in
                guard var registration = value.flatMap(Registration.init) else { throw Faults.noConnector(label) }
                if let description { registration.description = description }
                if let function { registration.function = function }
                value = registration.value
            }
            return answer(label, call)
        },
        AppFlowOperation("UnregisterConnector", "POST", "/unregister-connector") { call in
            var input = try call.input()
            let label = try input.requiredText("connectorLabel", Rules.label)
            let isForced = try input.boolean("forceDelete") ?? false
            try input.finish()
            let home = call.context
            guard try home.catalog.document(kind, label) != nil else { throw Faults.noConnector(label) }
            if !isForced, let user = try home.profiles().first(where: { $0.label == label }) {
                throw Faults.conflict("Connector with label \(label) is used by the connector profile \(user.name).")
            }
            _ = try home.catalog.removeDocument(kind, label)
            _ = try home.catalog.removeDocument(Tags.kind, "connector/" + label)
            return .object([])
        },
    ]

    private static func function(_ input: inout InputReader) throws(ServiceFault) -> String? {
        let config = try input.structure("connectorProvisioningConfig") { reader throws(ServiceFault) in
            try reader.members([.optional("lambda", .structure([.required("lambdaArn", .text(Rules.arn))]))])
        }
        return config?["lambda"]?["lambdaArn"]?.string
    }

    private static func answer(_ label: String, _ call: AppFlowCall) -> WireValue {
        .structure(["connectorArn": call.arn("connector/" + label)])
    }
}
