/// What a put checks of its records beforehand.
package enum PutRules: Sendable {
    /// Keys and sizes are those of Kinesis and of the stream's settings.
    case service
    /// Keys and payloads fit into a frame: for records of a pipeline, whose keys may be empty or long.
    case log
}
