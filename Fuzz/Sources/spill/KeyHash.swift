/// The part of the engine's `KeyHash` that spill files use; the engine as a whole would bring the database along.
enum KeyHash {
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }
}
