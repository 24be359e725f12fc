#!/bin/sh
# What is counted, past the usual limits and past 2^16: too long for the catalogue.
: "${UCSIM:=$(dirname "$0")/../../build/release/ucsim}"
exec "$UCSIM" check --jobs 2 "$(dirname "$0")/sizes"
