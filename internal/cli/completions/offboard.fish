# Completion of offboard for fish:
#   offboard completion fish | source
function __offboard_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] __complete $words[2..] $word 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- $word)
            case :none
            case '*'
                string replace '  ' \t -- $line
        end
    end
end
complete -c offboard -f -a '(__offboard_complete)'
