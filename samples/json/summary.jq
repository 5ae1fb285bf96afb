# What an auditor asks of a run: what became of it, by which files, and how the service answered.
#   jq -r -f samples/json/summary.jq leavers.summary.json
"\(.target): \(.leavers.suspended) of \(.planned.leavers) leavers suspended, exit code \(.exit.code)" +
(if .exit.cause == "" then "" else " (\(.exit.reason))" end),
((.inputs[] | "\(.name) \(.bytes) \(.sha256)"), (.report | "\(.path) \(.bytes) \(.sha256)")),
(.calls.byStatus | to_entries[] | "\(.key): \(.value)"),
(.outages.each[] | "no answer from \(.since) to \(.until): \(.reason)")
