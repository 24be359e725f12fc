-- For exploration only: every two of the options reservation, storage, trust, corruption and enclaves together. One instance
-- for each pair; docs/exploration.md has the table of what was exhausted.
local options = use "options"
return scenario(options.with(params.pair, {
  title    = "pairs of options",
  for_each = { pair = {
    "reservation+monotonic", "reservation+torn", "reservation+pairwise", "reservation+corruption", "reservation+enclaves",
    "imports+monotonic", "imports+torn", "imports+pairwise", "imports+corruption",
    "monotonic+pairwise", "monotonic+corruption", "monotonic+enclaves",
    "torn+pairwise", "torn+corruption", "torn+enclaves",
    "pairwise+corruption", "pairwise+enclaves", "pairwise+shared", "corruption+enclaves", "corruption+shared",
  } },
}))
