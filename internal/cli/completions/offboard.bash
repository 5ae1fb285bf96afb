# Completion of offboard for bash (3.2 or newer):
#   source <(offboard completion bash)
_offboard() {
  local word line value words=()
  # bash takes "=" for a word of its own.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if ((${#words[@]} > 0)) && [[ $word == = || ${words[${#words[@]} - 1]} == --*= ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default 2>/dev/null ;;
      :none) ;;
      *)
        value=${line%%  *}
        [[ ${words[${#words[@]} - 1]} == --*=* ]] && value=${value#*=}
        [[ $value == *[=,] ]] && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$value")
        ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _offboard offboard
