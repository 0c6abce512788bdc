import Glibc

/// Root may read everything, so a test of permissions runs its program without that privilege.
package enum Privileges {
    /// Whether commands can be made subject to file permissions here.
    package static let canRestrict: Bool = geteuid() != 0 || access("/usr/bin/setpriv", X_OK) == 0

    /// The command as it has to be run for file permissions to count: unchanged for a user, without the overriding capabilities for root.
    package static func restricted(_ command: Command) -> Command {
        guard geteuid() == 0 else { return command }
        var result = command
        result.executable = "/usr/bin/setpriv"
        result.arguments = [
            "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search", command.executable,
        ]
        result.arguments += command.arguments
        return result
    }
}
