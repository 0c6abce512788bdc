import SluiceSaaS
import SluiceServer

/// A connector that somebody registered: a service that Sluice knows, under a label.
///
/// The port runs no functions. The name of the function says which connector of Sluice answers in its place: `…:function:stripe`.
struct Registration: Sendable {
    var label: String
    var description: String?
    /// The function's name as an ARN.
    var function: String
    var person: String
    /// When it was registered.
    var micros: Int64
    var clientToken: String?

    /// What the function's name says; nil for none of Sluice's connectors.
    static func service(of function: String) -> ServiceDeclaration? {
        let parts = function.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[2] == "lambda", parts[5] == "function" else { return nil }
        let name = String(parts[6])
        return EmbeddedDeclarations.names.contains(name) ? EmbeddedDeclarations.named(name) : nil
    }

    /// - Throws: `ConnectorServerException` for a function that stands for no connector.
    static func checked(_ function: String) throws(ServiceFault) -> ServiceDeclaration {
        if let service = service(of: function) { return service }
        throw Faults.connector(
            "The function \(function) is none that this port can call: it runs no functions. Name one after a connector of Sluice, such as "
                + "arn:aws:lambda:us-east-1:000000000000:function:stripe: \(EmbeddedDeclarations.names.joined(separator: ", ")).")
    }

    init?(_ value: WireValue) {
        guard let label = value["label"]?.string, let function = value["function"]?.string, let micros = value["micros"]?.whole else {
            return nil
        }
        self.init(
            label: label, description: value["description"]?.string, function: function, person: value["person"]?.string ?? "",
            micros: micros,
            clientToken: value["clientToken"]?.string)
    }

    init(label: String, description: String?, function: String, person: String, micros: Int64, clientToken: String?) {
        self.label = label
        self.description = description
        self.function = function
        self.person = person
        self.micros = micros
        self.clientToken = clientToken
    }

    var value: WireValue {
        .structure([
            "label": .text(label), "description": .some(description), "function": .text(function), "person": .text(person),
            "micros": .integer(micros), "clientToken": .some(clientToken),
        ])
    }
}
