# Completion of sockspec for fish: the program itself says what a word could become.
function __sockspec_found
    set -l words (commandline -opc)
    $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c sockspec -n 'count (__sockspec_found) >/dev/null' -f -a '(__sockspec_found)'
