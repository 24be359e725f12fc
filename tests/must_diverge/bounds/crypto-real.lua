-- For exploration only, with --crypto real: each option alone, so that it is paired with that.
local options = use "options"
return scenario(options.with(params.option, {
  title    = "options one by one",
  for_each = { option = { "reservation", "imports", "monotonic", "torn", "pairwise", "corruption", "enclaves", "shared" } },
}))
