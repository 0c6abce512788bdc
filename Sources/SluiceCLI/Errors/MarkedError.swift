import SluiceCore

/// An error in the text of an argument, with the text and what of it is marked.
struct MarkedError: Error {
    let underlying: SluiceError
    let excerpt: ErrorExcerpt

    init(_ underlying: SluiceError, _ excerpt: ErrorExcerpt) { (self.underlying, self.excerpt) = (underlying, excerpt) }
}
