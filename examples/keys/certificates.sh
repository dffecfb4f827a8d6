#!/usr/bin/env bash
# Makes the development certificates anew: an authority, a server for 127.0.0.1 and localhost, and two clients. Needs OpenSSL 3.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
touch "$work/index"
cat >"$work/ca" <<END
[ca]
default_ca = development
[development]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
default_startdate = 20250101000000Z
default_enddate = 21241231000000Z
policy = any
[any]
organizationName = supplied
commonName = supplied
[req]
distinguished_name = req
END

# name, subject, extensions, further arguments
issue() {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.private.pem" 2>/dev/null
    openssl req -new -config "$work/ca" -key "$1.private.pem" -subj "/O=Development only/CN=$2" -out "$work/request"
    printf '%s\n' "$3" >"$work/extensions"
    openssl ca -batch -notext -config "$work/ca" -extfile "$work/extensions" -keyfile dev-ca.private.pem \
        -in "$work/request" -out "$1.certificate.pem" "${@:4}" 2>/dev/null
}

end=basicConstraints=critical,CA:FALSE$'\n'
issue dev-ca "Development CA" basicConstraints=critical,CA:TRUE$'\nsubjectKeyIdentifier=hash' -selfsign
issue dev-server localhost "${end}extendedKeyUsage=serverAuth"$'\nsubjectAltName=DNS:localhost,IP:127.0.0.1' -cert dev-ca.certificate.pem
names=DNS:till-7.shop.example,URI:spiffe://shop.example/till/7,email:till-7@shop.example
issue dev-client till-7 "${end}extendedKeyUsage=clientAuth"$'\n'"subjectAltName=$names" -cert dev-ca.certificate.pem
issue dev-client-2 till-8 "${end}extendedKeyUsage=clientAuth"$'\nsubjectAltName=DNS:till-8.shop.example' -cert dev-ca.certificate.pem
