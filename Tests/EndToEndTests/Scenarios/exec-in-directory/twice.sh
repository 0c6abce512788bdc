#!/bin/sh
while read -r line; do echo "$line"; echo "$line"; done
