# Completion of sockspec for bash: the program itself says what a word could become.
_sockspec()
{
    local line=${COMP_LINE:0:COMP_POINT} words word
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=("")
    word=${words[-1]}
    mapfile -t COMPREPLY < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
    # Bash takes what stands behind a colon for a word of its own.
    [[ $word != *:* || $COMP_WORDBREAKS != *:* ]] ||
        COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
}
complete -o default -F _sockspec sockspec
