/// Which Sluice this is: printed by `sluice --version`, and recorded in state that a newer one writes.
public enum Release {
    public static let version = "0.1.0"
}
