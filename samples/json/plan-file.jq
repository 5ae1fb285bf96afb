# What somebody approves, of the file that plan --out has written:
#   jq -r -f samples/json/plan-file.jq plan.json
"\(.leavers) leavers in \(.target), as of \(.made)",
(.files[] | "\(.path) \(.sha256)"),
"sum \(.sum)"
