import Crypto
import SluiceCatalog
import SluiceCore
package import SluicePipelines

extension PipelineDefinition {
    /// SHA-256 of its text and of the values of its parameters, in hexadecimal.
    package var hash: String { hashedText.contentHash }
}

extension LogicalPlan {
    /// The plan's lineage as a run records it: runs of one plan share it.
    func storedLineage() throws(SluiceError) -> StoredLineage {
        let text = KnownSecrets.masked(try lineage.storedText())
        return StoredLineage(hash: text.contentHash, text: text)
    }
}

extension String {
    /// SHA-256 of the text, in hexadecimal.
    fileprivate var contentHash: String { Hexadecimal.text(SHA256.hash(data: Array(utf8))) }
}
