#!/usr/bin/env bash
# The same for a shell: `source` it, with BASE as the address of the service and JAR as a file for the cookie, which must be yours alone.
umask 077

access=

field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

sign_in() { # sign_in NAME PASSWORD
    access=$(curl -sS --fail -c "$JAR" --json "{\"name\":\"$1\",\"password\":\"$2\"}" "$BASE/login" | field access_token)
}

refresh() {
    local answer
    # The cookie that comes back takes the place of the one that was sent: each counts once.
    answer=$(curl -sS --fail -X POST -b "$JAR" -c "$JAR" "$BASE/token") || { access=; return 1; }
    access=$(printf %s "$answer" | field access_token)
}

# call PATH [ARGUMENT OF CURL…]: prints the body, and the status on a line of its own. The token is not on the command line, which others see.
call() {
    local path=$1 body
    shift
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
