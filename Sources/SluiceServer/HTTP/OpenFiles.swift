import Glibc

/// Descriptors that the process may have open.
enum OpenFiles {
    /// Raises the bound as far as the process may, because each connection is an open file, and tells it.
    static func raise() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return PortLimits.usualOpenFiles }
        let most = min(limit.rlim_max, rlim_t(PortLimits.connections * 2))
        if limit.rlim_cur < most {
            var raised = limit
            raised.rlim_cur = most
            if setrlimit(kind, &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, rlim_t(Int32.max)))
    }
}
