#compdef offboard
# Completion of offboard for zsh:
#   source <(offboard completion zsh)
# or save it as _offboard in a folder of $fpath.
_offboard() {
  local line value
  local -a lines values described
  lines=("${(@f)$("${words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${lines[@]}"; do
    case $line in
      :files) _files ;;
      :none|'') ;;
      *)
        value=${line%%  *}
        values+=("$value")
        described+=("$line")
        ;;
    esac
  done
  (( ${#values} )) && compadd -l -d described -a values
}
if [[ $funcstack[1] == _offboard ]]; then
  _offboard "$@"
else
  compdef _offboard offboard
fi
