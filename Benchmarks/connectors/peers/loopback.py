"""Runs a program of PyPI whose requests to one address go to another: loopback.py FROM TO PROGRAM ARGUMENTS…

The program is unchanged; only the transport below it leads to the mock in place of the vendor.
"""
import runpy
import sys

import requests

wanted, there, program = sys.argv[1:4]
send = requests.adapters.HTTPAdapter.send


def redirected(self, request, **rest):
    original = request.url
    if original.startswith(wanted):
        request.headers["X-Forwarded-Host"] = wanted.split("//")[1]
        request.url = there + original[len(wanted):]
    response = send(self, request, **rest)
    request.url = original
    return response


requests.adapters.HTTPAdapter.send = redirected
sys.argv = [program] + sys.argv[4:]
runpy.run_path(program, run_name="__main__")
