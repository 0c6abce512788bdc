import Glibc

/// What the machine offers.
package enum Machine {
    /// Cores that the process may use.
    package static let coreCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    /// Bytes of physical memory.
    package static let memoryBytes = max(1 << 30, Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))))
}
