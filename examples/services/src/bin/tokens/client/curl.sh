#!/usr/bin/env bash
# The same for a shell: `source` it, with BASE as the address of the service and JAR as a file for the cookie, which must be yours alone.
umask 077

access=

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

# Text as JSON has it.
json() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}

# Neither passwords nor tokens are on a command line, which others see.
sign_in() { # sign_in NAME PASSWORD
    given -c "$JAR" --json @<(printf '{"name":%s,"password":%s}' "$(json "$1")" "$(json "$2")") "$BASE/login"
}

# The cookie that comes back takes the place of the one that was sent: each counts once.
refresh() { given -X POST -b "$JAR" -c "$JAR" "$BASE/token"; }

given() { # given ARGUMENT OF CURL…: takes the token of the answer, or fails
    local answer
    answer=$(curl -sS --fail "$@") || { access=; return 1; }
    access=$(field access_token <<<"$answer")
}

# call PATH [ARGUMENT OF CURL…]: prints the body, and the status on a line of its own. Fails where nobody is signed in.
call() {
    local path=$1 body
    shift
    # A shell that has just begun, or a server that was away: the cookie may be good.
    [ -n "$access" ] || refresh || return 1
    body=$(send "$path" "$@")
    # Never on a 403, and once.
    if [ "${body##*$'\n'}" = 401 ] && refresh; then body=$(send "$path" "$@"); fi
    printf '%s\n' "$body"
}

send() {
    local path=$1
    shift
    curl -sS -w '\n%{http_code}' -H @<(printf 'Authorization: Bearer %s' "$access") "$@" "$BASE$path"
}
