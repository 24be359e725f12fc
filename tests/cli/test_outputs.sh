#!/bin/sh
# No output takes the place of another, of an input or of what a store keeps, in any subcommand and under whatever name; what
# cannot be written is told before anything is done.
set -u
: "${UCSIM:?}"
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
cd "$T" || exit 1
bad=0
wrong() { echo "$*"; bad=1; }
expect() { # CODE TEXT ARGUMENT...
    code=$1 text=$2; shift 2
    timeout 20 "$UCSIM" "$@" >out 2>err </dev/null; got=$?
    [ $got = "$code" ] && cat out err | grep -qF -e "$text" && return
    wrong "$*: expected exit $code and '$text', got exit $got: $(head -n 3 out err)"
}
all_files() { find files -print ! -type d -exec cksum {} + | LC_ALL=C sort; }
# expect 2, and not one byte of the folder is another
refused() { # TEXT ARGUMENT...
    before=$(all_files)
    expect 2 "$@"
    [ "$before" = "$(all_files)" ] || wrong "$*: files were changed"
    grep -q '^ok\|^FAILED\|states (' out && wrong "$*: something was done before it was refused"
}
mkdir -p files/suite files/into
printf "return scenario { title = 't', crypto = 'ideal', explore = { keygen = 1 }, environment = function (z) z:keygen('hsm1') end }\n" >files/s.lua
set=LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8
printf 'ucsim-schedule 1\noption parties a b\noption crypto ideal\nkeygen a %s\n' $set >files/suite/a.schedule
cp files/suite/a.schedule files/suite/b.schedule
printf "return scenario { title = 'broken', crypto = 'ideal', expect = 'assertion failed', environment = function (z) assert(false) end }\n" >files/fails.lua
"$UCSIM" check --quiet --trace files/t.jsonl files/s.lua || wrong "no trace"
cp files/t.jsonl files/into
ln -s t.jsonl files/link.jsonl
ln files/t.jsonl files/hard.jsonl

# ---- two outputs, one file: there or not, by another name, through a link
two="expected two files"
for x in files/new files/t.jsonl; do
    refused "$two" check --trace $x --junit $x files/s.lua
    refused "$two" check --trace $x --junit files/../$x files/s.lua
    refused "$two" replay --trace $x --junit ./$x files/suite/a.schedule
    refused "$two" explore -o $x --schedule $x files/s.lua
    refused "$two" explore -o $x --checkpoint $x files/s.lua
    refused "$two" explore --schedule $x --resume $x files/s.lua
    refused "$two" shrink -o $x --trace $x files/suite/a.schedule
    refused "$two" run --world real --store $x --trace $x files/s.lua
done
refused "--junit and --trace: expected two files, got 'files/link.jsonl' for both" check --junit files/hard.jsonl --trace files/link.jsonl files/s.lua
refused "$two" replay --trace files/into --junit files/into/001-a.jsonl files/suite/a.schedule
refused "$two" check --trace files/into --junit files/into/001-s.jsonl files/s.lua
# but devices and pipes take any number
expect 0 "indistinguishable" check --trace /dev/null --junit /dev/null files/s.lua
expect 0 "<testsuite" check --trace /dev/stdout --junit - files/s.lua

# ---- audits
mkdir files/released files/old
"$UCSIM" sig keygen -q --set $set --seed "$(printf '%096d' 3)" --public files/vk
cp files/vk files/vk2 && cp files/vk files/released/none && printf 'signature\nreleased/none\n' >files/list
audit="audit signatures --public files/vk --public files/vk2"
for x in files/new files/t.jsonl; do
    refused "--json and --svg: $two" $audit --json $x --svg files/../$x files/released
    refused "--json and --ledger: $two" $audit --json $x --ledger ./$x files/released
    refused "--bundles and --ledger: $two" $audit --bundles $x --ledger $x files/released
done
refused "--json and --svg: $two" $audit --svg files/k.svg --json files/k-2.svg files/released
for option in json svg ledger bundles; do
    for x in vk vk2 list released/none; do
        refused "--$option: " $audit --$option files/$x --manifest files/list files/released/none
    done
    refused "it would be one of its inputs" $audit --$option files/released/new files/released
    [ $option = bundles ] || refused "--$option: files/no/new: cannot be written: No such file" $audit --$option files/no/new files/released
done
refused "--bundles: expected another folder, 'files/old/x' in it is read" $audit --bundles files/old files/old/x
refused "--ledger: expected a file, got standard output" $audit --ledger - files/released

# ---- an output that is an input, before anything is run
is="this one is read"
refused "$is" check --junit files/s.lua files/fails.lua files/s.lua
refused "$is" run --world real --trace files/s.lua files/s.lua
refused "$is" explore -o files/s.lua files/s.lua
refused "$is" explore --schedule files/s.lua files/s.lua
refused "$is" explore --checkpoint files/s.lua files/s.lua
refused "$is" explore --checkpoint files/new --resume files/t.jsonl -o files/hard.jsonl files/s.lua
refused "$is" shrink -o files/suite/a.schedule files/suite/a.schedule
refused "$is" shrink --trace files/suite/a.schedule files/suite/a.schedule
refused "$is" replay --junit files/suite/b.schedule files/suite
refused "$is" report -o files/link.jsonl files/hard.jsonl
refused "$is" diagram -f dot -o files/hard.jsonl files/t.jsonl
cp files/t.jsonl files/t.svg
refused "$is" plot ownership files/t.svg -o files/t.svg
refused "$is" sig sign --set $set --seed "$(printf '%096d' 7)" --index 0 --message files/s.lua --signature files/s.lua

# ---- a result that would be an input the next time
next="it would be one of its inputs"
refused "$next" replay --trace files/suite files/suite
refused "$next" replay --trace files/suite files/suite/../suite/a.schedule files/suite
refused "$next" replay --junit files/suite/report.schedule files/suite
refused "$next" check --junit files/report.lua files
refused "$next" report -o files/into/report.jsonl files/into
mkdir files/suite/below
refused "$next" replay --trace files/suite/below files/suite
rmdir files/suite/below
expect 0 "2 schedules" replay --junit files/suite/report.xml files/suite
rm files/suite/report.xml

# ---- a store keeps its folder to itself
sed "s/crypto = 'ideal', //" files/s.lua >files/real.lua
"$UCSIM" run --world real --store files/store files/real.lua >out || wrong "no store"
for name in 0.record store lock new; do
    refused "outside the folder of --store" run --world real --store files/store --trace files/store/$name files/real.lua
done
refused "outside the folder of --store" run --world real --store files/none --trace files/none/x files/real.lua

# ---- what cannot be written is told first
cannot="cannot be written"
refused "$cannot" check --junit files/no/x files/fails.lua
refused "$cannot" check --trace files/no/x files/fails.lua
refused "$cannot" check --junit files files/fails.lua
refused "$cannot" check --junit files/s.lua/x files/fails.lua
refused "$cannot" run --world real --trace files files/s.lua
refused "$cannot" explore -o files/no/x files/s.lua
refused "$cannot" shrink -o files/no/x files/suite/a.schedule
refused "$cannot" replay --junit files/no/x files/suite
refused "$cannot" report -o files/no/x files/t.jsonl
refused "$cannot" diagram -f dot -o files/no/x files/t.jsonl
refused "$cannot" plot ownership -o files/no/x.svg files/t.jsonl
refused "$cannot" sig keygen --set $set --seed "$(printf '%096d' 7)" --public files/no/x
refused "expected a folder that exists for 2 traces" check --trace files/new files/s.lua files/fails.lua

refused "files/new/: cannot be written" check --trace files/new/ files/s.lua

# ---- a pipe that nobody reads from is not waited for, and nothing is done before that is told
mkfifo fifo
nobody="fifo: cannot be written: a pipe that nobody reads from"
at_once() { # ARGUMENT...: side by side, as each waits a second for a reader
    n=$((n + 1))
    (timeout 20 "$UCSIM" "$@" >"out$n" 2>&1 </dev/null; code=$?
     [ $code = 2 ] && grep -qF "$nobody" "out$n" && ! grep -q '^ok\|^FAILED\|states (' "out$n" ||
         echo "$*: expected exit 2 and '$nobody', got exit $code: $(cat "out$n")" >"wrong$n") &
}
n=0
at_once check --junit fifo files/s.lua
at_once check --trace fifo files/s.lua
at_once replay --junit fifo files/suite
at_once replay --trace fifo files/t.jsonl
at_once run --world real --trace fifo files/s.lua
at_once explore -o fifo files/s.lua
at_once explore --schedule fifo files/s.lua
at_once explore --checkpoint fifo files/s.lua
at_once shrink -o fifo files/suite/a.schedule
at_once shrink --trace fifo files/suite/a.schedule
at_once report -o fifo files/t.jsonl
at_once diagram -f dot -o fifo files/t.jsonl
at_once sig keygen --set $set --seed "$(printf '%096d' 7)" --public fifo
wait
[ "$n" = 13 ] && [ -p fifo ] || wrong "a pipe that nobody reads from is not one any more"
for w in wrong[0-9]*; do [ -e "$w" ] && wrong "$(cat "$w")"; done
mkdir files/pipes; ln -s ../../fifo files/pipes/002-s.jsonl # one of many
expect 2 "files/pipes/002-s.jsonl: cannot be written: a pipe" check --trace files/pipes files/s.lua files/s.lua
rm -r files/pipes
# with a reader it is an output, also one that comes a little later, and ends for the reader when all is written
{ sleep 0.2; cat fifo >read; } & "$UCSIM" check --quiet --trace fifo files/s.lua; code=$?; wait
[ $code = 0 ] && cmp -s read files/t.jsonl || wrong "a trace into a FIFO: exit $code, $(head -c 100 read)"
{ "$UCSIM" check --quiet --trace /dev/fd/5 files/s.lua 5>&1 >/dev/null; } | cmp -s - files/t.jsonl || wrong "a trace into a pipe of the shell"

# ---- a link is kept, what it leads to is written, there or not
for command in "check --quiet --trace" "check --quiet --junit" "run --world real --trace" "explore --quiet --seconds 0.000001 --checkpoint"; do
    rm -f target; ln -sf target link
    # shellcheck disable=SC2086
    "$UCSIM" $command link files/s.lua >out 2>&1
    [ -L link ] && [ -s target ] || wrong "$command through a link to nothing: $(cat out)"
done
mkdir far; ln -sf far/new link; ln -sf link far-link; rm -f target
"$UCSIM" check --quiet --trace far-link files/s.lua; cmp -s far/new files/t.jsonl && [ -L far-link ] && [ -L link ] || wrong "a trace through two links"
rm far/new
refused "$two" check --trace far-link --junit far/new files/s.lua
ln -sf round link; ln -sf link round
refused "link: cannot be written: Too many levels of symbolic links" check --trace link files/s.lua
[ -L link ] || wrong "a link that leads round was replaced"

# ---- what fails later names the file that was asked for, not one on its way there
(trap '' XFSZ; ulimit -f 0; "$UCSIM" check --quiet --trace late files/s.lua 2>&1) | grep -qx "ucsim: late: cannot be written: .*File too large" ||
    wrong "a file too large is not told by its name"
if [ -w /dev/full ]; then
    mkdir -p files/full; ln -sf /dev/full files/full/001-s.jsonl
    expect 2 "files/full/001-s.jsonl: cannot be written: No space left" check --trace files/full files/s.lua
    rm -r files/full
fi

# ---- no name at all
empty="expected the name of a file, got an empty one"
refused "--junit: $empty" check --junit= files/s.lua
refused "--trace: $empty" check --trace= files/s.lua
refused "--trace: $empty" run --world real --trace= files/s.lua
refused "--store: $empty" run --world real --store= files/s.lua
refused "--output: $empty" explore --output= files/s.lua
refused "--resume: $empty" explore --resume= files/s.lua
refused "--output: $empty" shrink -o "" files/suite/a.schedule
refused "--output: $empty" report -o "" files/t.jsonl
refused "--public: $empty" sig verify --public= --message files/s.lua --signature files/t.jsonl
refused "check: $empty" check ""
refused "replay: $empty" replay files/suite ""
refused "$empty" diagram "" -o files/new.svg
refused "$empty" sig inspect ""

# ---- standard output is an output too, and "-" and /dev/stdout name it
"$UCSIM" check --trace files/o files/s.lua >files/o 2>err; [ $? = 2 ] && grep -q "standard output goes there" err || wrong "> o --trace o: $(cat err)"
rm files/o
"$UCSIM" run --world real --trace files/r files/s.lua || wrong "no trace of a run"
for name in - /dev/stdout; do
    "$UCSIM" run --world real --trace $name files/s.lua >out && cmp -s out files/r || wrong "--trace $name into a file"
    "$UCSIM" run --world real --trace $name files/s.lua | cmp -s - files/r || wrong "--trace $name into a pipe"
    "$UCSIM" check --junit $name files/s.lua >out && grep -q '^1 scenario' out && grep -q '^</testsuite>' out || wrong "--junit $name: $(cat out)"
done
[ ! -e ./- ] || wrong "a file that is called -"

# closed, its number does not go to a file that is written: no word of it in there
"$UCSIM" run --world real --store files/closed files/real.lua >&- 2>err; [ $? = 2 ] && grep -q "standard output: expected to write" err || wrong "run >&-: $(cat err)"
sed "s/z:keygen/print('words') z:keygen/" files/real.lua >files/says.lua
"$UCSIM" run --world real --store files/says files/says.lua >&- 2>&-
[ -e files/says/lock ] && [ ! -s files/says/lock ] || wrong "what a run says is in the lock of its store: $(head -c 200 files/says/lock)"
"$UCSIM" run --world real --trace files/closed-r files/s.lua >&- 2>err; cmp -s files/closed-r files/r || wrong "a trace with standard output closed"
"$UCSIM" check --junit files/j files/s.lua >&- 2>&-; [ "$(head -c 5 files/j)" = '<?xml' ] || wrong "JUnit with everything closed"

# ---- whose file it was
mkdir files/one files/two
for d in one two; do
    cp files/fails.lua files/$d/same.lua; echo 'nonsense' >files/$d/cut.lua; echo 'ucsim-schedule 2' >files/$d/cut.schedule
    cp files/suite/a.schedule files/$d/same.schedule
done
expect 2 "files/two/cut.lua:2:" check files/one files/two
expect 2 "files/one/cut.lua:2:" check --tap files/one files/two
expect 2 "files/two/cut.schedule:1:" replay files/one files/two
expect 2 "ok 4 - files/two/same.schedule" replay --tap files/one files/two
echo '{' >files/two/cut.jsonl
expect 2 "ucsim: diagram: files/two/cut.jsonl:1:" diagram -f dot -o - files/two/cut.jsonl
expect 2 "ucsim: plot: files/two/cut.jsonl:1:" plot ownership -o x.svg files/two/cut.jsonl
expect 2 "ucsim: plot: files/two/cut.jsonl:1:" plot sweep --x loss -o x.svg files/two/cut.jsonl
expect 2 "ucsim: report: files/two/cut.jsonl:1:" report -o x.html files/two
expect 2 "/dev/null:1:" diagram -f dot -o - /dev/null
expect 2 "ucsim: files/two/cut.jsonl:1:" shrink files/two/cut.jsonl
expect 2 "ucsim: files/two/cut.schedule:1:" shrink files/two/cut.schedule
for command in "run --world real" "explore --bound keygen=1"; do
    # shellcheck disable=SC2086
    expect 2 "ucsim: files/two/cut.lua:2:" $command files/two/cut.lua
done
rm files/two/cut.jsonl
for c in check replay; do
    (cd files/two && "$UCSIM" $c --quiet --junit "$T/j.xml" ../one ../two ./ ../two/same.*) >out 2>err
    [ "$(grep -c '<testcase' j.xml)" = "$(grep -o 'classname="[^"]*" name="[^"]*"' j.xml | sort -u | wc -l)" ] || wrong "$c: two cases of one name"
    for d in one two; do grep -q "classname=\"$d.same\"" j.xml || wrong "$c: JUnit does not say which: $(cat j.xml)"; done
    grep -q 'message="../one/cut' j.xml || wrong "$c: JUnit does not say whose error: $(cat j.xml)"
done
exit $bad
