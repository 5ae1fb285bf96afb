# How timely suspensions were, in percent, and who is overdue, as days, ref and place:
#   offboard report leavers.report.csv --json | jq -r -f samples/json/report.jq
"\(.outcomes.suspended // 0) of \(.leavers) leavers suspended in \(.target)",
(.timeliness
  | "\(.withinOneBusinessDay.share * 100 | floor) % of \(.suspended) within one business day",
    "\(.overdue.leavers) overdue",
    (.overdue.longest[] | "\(.seconds / 86400 | floor) days: \(.ref) \(.source):\(.row)"))
