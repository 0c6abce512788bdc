import SluiceCore

/// Means, squared deviations and products of one or two columns of numbers, in one pass and mergeable (Chan, Golub and LeVeque 1983,
/// "Algorithms for computing the sample variance", doi:10.1080/00031305.1983.10483115).
struct MomentTally: Sendable {
    private(set) var count = 0.0
    private var meanX = 0.0
    private var meanY = 0.0
    private var squaresX = 0.0
    private var squaresY = 0.0
    private var products = 0.0

    /// Takes in the rows in which no value is null.
    mutating func take(_ x: Column, _ y: Column?, selection: Bitmap?) {
        var valid = x.explicitValidity
        if let y { valid = valid & y.explicitValidity }
        if let selection { valid = valid & selection }
        guard case .float64(let xs) = x.storage else { return }
        if let y {
            guard case .float64(let ys) = y.storage else { return }
            valid.forEachSet { add(xs[$0], ys[$0]) }
        } else {
            valid.forEachSet { add(xs[$0], 0) }
        }
    }

    private mutating func add(_ x: Double, _ y: Double) {
        count += 1
        let (dx, dy) = (x - meanX, y - meanY)
        meanX += dx / count
        meanY += dy / count
        squaresX += dx * (x - meanX)
        squaresY += dy * (y - meanY)
        products += dx * (y - meanY)
    }

    mutating func merge(_ other: MomentTally) {
        guard other.count > 0 else { return }
        let total = count + other.count
        let (dx, dy) = (other.meanX - meanX, other.meanY - meanY)
        let weight = count * other.count / total
        squaresX += other.squaresX + dx * dx * weight
        squaresY += other.squaresY + dy * dy * weight
        products += other.products + dx * dy * weight
        meanX += dx * other.count / total
        meanY += dy * other.count / total
        count = total
    }

    /// Of all there are, not of a sample; nil without values.
    var variance: Double? { count == 0 ? nil : squaresX / count }

    /// Pearson's; nil where one of the columns is always the same.
    var correlation: Double? {
        let scale = (squaresX * squaresY).squareRoot()
        return scale > 0 ? products / scale : nil
    }
}
