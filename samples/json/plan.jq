# What a plan would hold, a kind of doubt on each line, and the first command to type:
#   offboard plan leavers.csv --json | jq -r -f samples/json/plan.jq
"\(.rows) rows, \(.leavers) to suspend",
(.held[] | "held by \(.doubt): \(.rows), such as \(.examples[0].source):\(.examples[0].row)"),
(.next[0] // "nothing to do")
