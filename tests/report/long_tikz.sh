#!/bin/sh
# TikZ compiles with article and tikz alone, in one column and two, without an overfull box: no label is wider than its gap.
set -u
: "${UCSIM:?}"
here=$(cd "$(dirname "$0")" && pwd)
command -v pdflatex >/dev/null && kpsewhich tikz.sty >/dev/null || { echo "no pdflatex or no tikz (Debian: texlive-pictures)"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() { echo "FAILED: $*"; failed=1; }
cd "$work" || exit 1
document() { # NAME OPTIONS PREAMBLE, bodies on standard input
    { printf '%s\n' "\\documentclass$2{article}\\usepackage{tikz}$3\\begin{document}\\hfuzz=0.1pt"; cat; printf '%s\n' '\end{document}'; } >"$1.tex"
    pdflatex -interaction=nonstopmode "$1.tex" >"$1.said" 2>&1 || bad "$1 does not compile: $(grep -A 3 '^!' "$1.log" | head -n 8)"
    grep -E "^Overfull|Missing character|LaTeX (Font )?Warning: (Float|Font|Some)|Undefined" "$1.log" >"$1.wrong" &&
        bad "$1: $(head -n 4 "$1.wrong")"
}
figures() { # ENVIRONMENT OPTIONS...
    kind=$1; shift
    for trace in equal differs hostile one-world empty; do
        rm -f f.tex f-*.tex
        "$UCSIM" diagram "$here/fixtures/$trace.jsonl" -o f.tex "$@" >/dev/null 2>&1 || { bad "diagram $trace $*"; continue; }
        for page in f.tex f-*.tex; do
            [ -e "$page" ] || continue
            n=$((n + 1)); mv "$page" "p$n.tex"
            printf '%s\n' "\\begin{$kind}[p]\\input{p$n}\\caption{It}\\end{$kind}\\clearpage"
        done
    done
}
n=0
figures figure >one.in
document one "" "" <one.in
{ figures figure --width 84mm --world real --no-title; figures figure --width 84mm --font "sans 6"
  figures 'figure*' --width 174mm --font serif; } >two.in
document two "[twocolumn]" "\\setlength\\textwidth{174mm}\\setlength\\columnsep{6mm}" <two.in
[ "$n" -ge 20 ] || bad "$n figures"
# a figure that is too wide for its column is seen
figures figure --width 174mm | head -n 1 >wide.in
{ printf '%s\n' '\documentclass{article}\usepackage{tikz}\begin{document}'; cat wide.in; echo '\end{document}'; } >wide.tex
pdflatex -interaction=nonstopmode wide.tex >/dev/null 2>&1
grep -q "^Overfull" wide.log || bad "a figure of 174 mm in a column of 121 mm is not seen"
[ $failed -eq 0 ] && echo "$n figures compile"
exit $failed
