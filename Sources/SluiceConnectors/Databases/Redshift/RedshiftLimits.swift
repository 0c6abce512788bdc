/// Bounds of loads into Redshift, most of them Redshift's own.
package enum RedshiftLimits {
    /// Bytes that a text may have.
    static let textBytes = 65_535
    /// Bytes of one JSON object that COPY reads.
    static let rowBytes = 4 << 20
    /// Bytes of a staged file before it is compressed: one of them is in memory at a time.
    package static let fileBytes = 32 << 20
}
