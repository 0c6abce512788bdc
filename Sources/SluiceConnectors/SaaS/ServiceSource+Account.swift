package import SluiceCore
import SluiceSaaS

/// A bookmark is of one account.
extension ServiceSource {
    /// Whose records are read; nil for settings that no connection keeps.
    var account: ReadPosition.Account? {
        session.identity.map { identity in
            ReadPosition.Account(connection: identity.name, place: StableHash(of: session.place(of: entity)).value.hexadecimal)
        }
    }

    /// - Throws: `otherAccount` for a bookmark of another account: what it has read says nothing of this one's records.
    func checkAccount(_ position: ReadPosition?, _ split: String) throws(SluiceError) {
        guard let stored = position?.account, let account, stored != account else { return }
        let isSameName = stored.connection == account.connection
        let other =
            isSameName
            ? "another account, to which the connection \(account.connection.quotedForMessage) led before"
            : "the connection \(stored.connection.quotedForMessage), not of \(account.connection.quotedForMessage)"
        throw SluiceError(
            .otherAccount, "the bookmark of \(split) is of \(other)", at: connectionPlace,
            remedy: "begin anew with --reset, or give each account a definition of its own"
                + (isSameName ? "" : ", or name the connection \(stored.connection.quotedForMessage) again"))
    }
}

extension SluiceError.Code {
    /// A bookmark says how far the records of another account were read.
    package static let otherAccount = Self("other-account", .definition)
}
