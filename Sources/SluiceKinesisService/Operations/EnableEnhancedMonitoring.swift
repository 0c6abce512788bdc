import SluiceServer

enum EnableEnhancedMonitoring {
    static let operation = KinesisOperation("EnableEnhancedMonitoring") { call in
        try Monitoring.change(call) { known, named in Rules.metricNames.filter { known.contains($0) || named.contains($0) } }
    }
}
