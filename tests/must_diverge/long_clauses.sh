#!/bin/sh
# Every clause of the rules is needed: removed from the code, what it alone tells is told no more.
exec /usr/bin/python3 "$(dirname "$0")/clauses.py"
