import SluiceServer

enum DisableEnhancedMonitoring {
    static let operation = KinesisOperation("DisableEnhancedMonitoring") { call in
        try Monitoring.change(call) { known, named in known.filter { !named.contains($0) } }
    }
}
