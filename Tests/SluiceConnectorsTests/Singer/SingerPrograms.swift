import SluiceTestKit

/// Taps and targets for tests, written for the shell.
enum SingerPrograms {
    /// The arguments that all taps take, as variables, and a file that counts starts.
    private static let arguments = """
        while [ $# -gt 0 ]; do
          case "$1" in
            --discover) discover=1 ;;
            --config) config=$2; shift ;;
            --state) state=$2; shift ;;
            --catalog) catalog=$2; shift ;;
          esac
          shift
        done
        """

    static let catalog = """
        {"streams": [
          {"tap_stream_id": "main-people", "stream": "people", "key_properties": ["id"],
           "schema": {"type": "object", "properties": {
             "id": {"type": "integer"}, "name": {"type": ["null", "string"]},
             "born": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}}},
           "metadata": [{"breadcrumb": [], "metadata": {"inclusion": "available"}}]},
          {"tap_stream_id": "main-orders", "stream": "orders", "key_properties": [],
           "schema": {"type": "object", "properties": {"no": {"type": "integer"}}}, "metadata": []}]}
        """

    static let schema = #"{"type": "SCHEMA", "stream": "people", "schema": {"type": "object"}, "key_properties": ["id"]}"#

    /// A tap of so many people, with a state behind each ten, that goes on behind the state it is given.
    static func people(_ count: Int, then last: String = "") -> String {
        """
        \(arguments)
        if [ -n "$discover" ]; then cat catalog.json; exit 0; fi
        echo start >> starts
        cp "$config" seen-config.json; cp "$catalog" seen-catalog.json; stat -c %a "$config" > mode
        place=0
        if [ -n "$state" ]; then place=$(tr -dc 0-9 < "$state"); fi
        echo '\(schema)'
        echo '{"type": "SCHEMA", "stream": "orders", "schema": {}, "key_properties": []}'
        echo "from $place" >&2
        while [ $place -lt \(count) ]; do
          place=$((place + 1))
          echo '{"type": "RECORD", "stream": "people", "record": {"id": '$place', "name": "n'$place'", "born": "2024-01-02T03:04:05Z"}}'
          if [ $((place % 5)) = 0 ]; then echo '{"type": "RECORD", "stream": "orders", "record": {"no": 1}}'; fi
          if [ $((place % 10)) = 0 ]; then echo '{"type": "STATE", "value": {"place": '$place'}}'; fi
        done
        \(last)
        """
    }

    /// A tap that writes these lines behind its schema.
    static func lines(_ text: String) -> String {
        """
        \(arguments)
        if [ -n "$discover" ]; then cat catalog.json; exit 0; fi
        \(text)
        """
    }

    /// A tap that knows its catalog as `--properties` alone.
    static let older = """
        \(arguments.replacing("--catalog)", with: "--properties)"))
        if [ -n "$discover" ]; then cat catalog.json; exit 0; fi
        echo start >> starts
        if [ -z "$catalog" ]; then exit 0; fi
        echo '\(schema)'
        echo '{"type": "RECORD", "stream": "people", "record": {"id": 7}}'
        """

    /// A tap that says nothing, and takes no option that it does not know.
    static let silent = """
        case "$*" in
          *--discover*) cat catalog.json ;;
          *--properties*) echo "no such option" >&2; exit 2 ;;
        esac
        """

    /// A target that keeps the messages, and says the states.
    static func target(_ last: String = "") -> String {
        """
        \(arguments)
        cp "$config" seen-config.json
        while IFS= read -r line; do
          printf '%s\\n' "$line" >> messages
          case "$line" in
            *'"STATE"'*) said=$(printf '%s' "$line" | sed 's/^.*"value"://; s/}$//') ;;
          esac
        done
        \(last.isEmpty ? "printf '%s\\n' \"$said\"" : last)
        """
    }
}
