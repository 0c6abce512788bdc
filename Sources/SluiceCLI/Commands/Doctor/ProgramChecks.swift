import SluiceCore

/// What this program is made of.
enum ProgramChecks {
    static func all() -> [HealthCheck] {
        [HealthCheck("sluice", .passed, "\(Release.version), built with Swift \(compiler)"), runtime] + libraries.map(check)
    }

    private static var compiler: String {
        #if compiler(>=6.4)
        "6.4 or newer"
        #elseif compiler(>=6.3)
        "6.3"
        #else
        "6.2"
        #endif
    }

    private static var runtime: HealthCheck {
        let path = LinkedLibrary.path(ofLoaded: "libswiftCore.so")
        return HealthCheck("swift runtime", .passed, path.map { "from \($0)" } ?? "inside the program")
    }

    /// System libraries by a function that only they have.
    private static let libraries = [
        LinkedLibrary(name: "sqlite", symbol: "sqlite3_libversion", hasVersion: true),
        LinkedLibrary(name: "zlib", symbol: "zlibVersion", hasVersion: true),
        LinkedLibrary(name: "libcsv", symbol: "csv_parse", hasVersion: false),
        LinkedLibrary(name: "libzstd", symbol: "ZSTD_versionString", hasVersion: true),
        LinkedLibrary(name: "libsnappy", symbol: "snappy_compress", hasVersion: false),
        LinkedLibrary(name: "libdeflate", symbol: "libdeflate_alloc_compressor", hasVersion: false),
        LinkedLibrary(name: "libisal", symbol: "isal_inflate", hasVersion: false),
    ]

    private static func check(_ library: LinkedLibrary) -> HealthCheck {
        guard let found = library.find() else { return HealthCheck(library.name, .passed, "inside the program") }
        return HealthCheck(library.name, .passed, [found.version, found.path].compactMap(\.self).joined(separator: ", "))
    }
}
