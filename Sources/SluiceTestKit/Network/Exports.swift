// The server of tests is also that of the mocks.
@_exported public import SluiceLoopback
