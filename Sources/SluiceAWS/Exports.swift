// What this target was made of before others needed it too: its users go on seeing it.
@_exported public import SluiceHTTP
@_exported public import SluiceJSON
