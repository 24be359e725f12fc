#!/bin/sh
# Prints docs/scenarios-catalogue.md: one row per script under environments/scenarios, from the script's own table,
# and one per line of docs/scenarios-without-script.tsv (number, title, source, why).
#   sh tests/environments/catalogue.sh > docs/scenarios-catalogue.md
set -eu
cd "$(dirname "$0")/../.."
export LC_ALL=C

cat <<'T'
# Scenario catalogue

Made by `tests/environments/catalogue.sh`; a test checks that it is current. Do not edit it by hand.

What can go wrong with the state of stateful signatures in a distributed system, as scenarios. The number is that of the
collection, the verdict the one that the script must get. `ucsim check environments/scenarios` runs them all.

Sources speak of sessions, lists of keys, requests and acknowledgements; here they are mapped to tickets, in one sentence in
the head of each script. NIST: SP 800-208. RFC: RFC 10033, *Hash-Based Signatures: State and Backup Management*.
MCG: McGrew et al., *State Management for Hash-Based Signatures* (ePrint 2016/357). EIP: EIP-8310. CISCO: cisco/hash-sigs. BC: Bouncy Castle's key shards. CPP:
a write-ahead state store contract. HBS: a restart reconciliation note. SHR: SHRINCS state notes. BOT: Botan's key index
registry. ROTE, LCM: ePrint 2017/048, arXiv 1701.00981. KLL: Kelsey, Lang, Lucks. TR: a session-bound transfer. ours: our
own inference. Numbers from 200 on are our own scenarios.
T

rows() {
    find environments/scenarios -name '*.lua' ! -path '*/lib/*' -exec awk '
    function value(name) { # the string in `NAME = "..."`, of the first such line
        if (!(name in got) && match($0, "^ *" name " *= *\"")) {
            got[name] = substr($0, RLENGTH + 1)
            sub(/",? *(--.*)?$/, "", got[name])
        }
    }
    function row() {
        if (file == "") return
        if (got["title"] !~ /^[0-9]/) got["title"] = "999 " got["title"]
        number = title = got["title"]
        sub(/ .*/, "", number)
        sub(/^[^ ]* /, "", title)
        short = file
        sub(/^environments\/scenarios\//, "", short)
        printf "%s\t%s\t%s\t%s\t[%s](../%s)\n", number, title, got["source"],
            got["expect"] ("expect_rule" in got ? ", " got["expect_rule"] : ""), short, file
        split("", got)
    }
    FNR == 1 { row(); file = FILENAME }
    { value("title"); value("source"); value("expect"); value("expect_rule") }
    END { row() }' {} +
    awk -F '\t' '{ printf "%s\t%s\t%s\t\t%s\n", $1, $2, $3, $4 }' docs/scenarios-without-script.tsv
}

rows | sort -t "$(printf '\t')" -k1,1n -k5,5 | awk -F '\t' '
function head(n) {
    if (n <= 21) return "G1 Crash and persistence in one HSM"
    if (n <= 39) return "G2 Storage: rollback, snapshot, clone, backup"
    if (n <= 45) return "G3 Concurrency"
    if (n <= 67) return "G4 The transfer channel"
    if (n <= 75) return "G5 Transfer and crash"
    if (n <= 87) return "G6 Membership, forks, operators"
    if (n <= 97) return "G7 Corruption"
    if (n <= 108) return "G8 Exhaustion, bounds, encoding"
    if (n <= 115) return "G9 Time, pre-assigned, sectors"
    if (n <= 120) return "G10 Audit and the harness itself"
    return "Our own"
}
function plain(s) { gsub(/\|/, "\\|", s); return s }
{
    if (head($1 + 0) != last) {
        last = head($1 + 0)
        printf "\n## %s\n\n| no. | scenario | source | verdict | script, or why not |\n| --- | --- | --- | --- | --- |\n", last
    }
    printf "| %s | %s | %s | %s | %s |\n", $1 == 999 ? "-" : $1, plain($2), plain($3), $4 == "" ? "-" : $4, plain($5)
}'
