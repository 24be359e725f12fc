#!/bin/sh
# Hashes of one level or of all, on all bounds of this folder. The quick form of it is levels_may_be_forgotten of tests/environments/test_explore_worlds.c.
exec sh "$(dirname "$0")/levels.sh"
