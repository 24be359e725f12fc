#!/bin/sh
# Every pair of options within narrower bounds; long_pairs.sh has the whole of them.
exec sh "$(dirname "$0")/pairs.sh" --bound sign=1 --bound crash=1 --bound restart=1 --bound restore=0 --bound transfer=1 --bound deliver=1 \
    --bound request=1 --bound status=0 --bound resend=0 --bound flawed=0 --bound counterfeit=0
