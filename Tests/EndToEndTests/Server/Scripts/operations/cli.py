"""The AWS CLI, command by command, in one process: cli.py PART…. The last line of the output begins with `ok`."""

import importlib
import sys

import command_line

for part in sys.argv[1:]:
    importlib.import_module("cli_" + part)
print("ok", len(command_line.done), "commands")
