# One line for a chat or a ticket, without refs:
#   offboard run leavers.csv --yes --json | jq -r -f samples/json/run.jq
"offboard in \(.target): \(.outcomes.suspended // 0) of \(.rows) suspended" +
(if .finished then "" else " (\(.stopped))" end) +
([.left[] | "; \(.count) \(.outcome)"] | join("")) +
", exit code \(.exitCode)"
