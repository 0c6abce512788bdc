// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "my-connector",
    dependencies: [.package(name: "sluice", path: "../..")],
    targets: [
        .executableTarget(
            name: "my-connector", dependencies: [.product(name: "Sluice", package: "sluice")], swiftSettings: [.swiftLanguageMode(.v6)])
    ]
)
