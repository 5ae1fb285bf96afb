# Who is active again, as source:row and ref, for somebody to look at:
#   offboard verify leavers.report.csv --json | jq -r -f samples/json/verify.jq
"\(.activeAgain.count) of \(.leavers) active again",
(.activeAgain.examples[] | "\(.source):\(.row) \(.ref)")
