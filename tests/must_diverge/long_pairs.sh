#!/bin/sh
# Every pair of options within its whole bounds, and the table of what that was.
exec sh "$(dirname "$0")/pairs.sh"
