#!/bin/sh
# Fetches $URL to $FILE. A file with another SHA-256 than $SHA256 is an error, and is not kept.
set -eu

has_hash() {
    if command -v sha256sum >/dev/null; then found=$(sha256sum "$1"); else found=$(shasum -a 256 "$1"); fi
    found=${found%% *}
    [ "$found" = "$SHA256" ]
}

if [ -f "$FILE" ] && has_hash "$FILE"; then exit 0; fi
mkdir -p "$(dirname "$FILE")"
part=$(mktemp "$FILE.XXXXXX")
trap 'rm -f "$part"' EXIT
if command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --retry 3 --output "$part" "$URL"
else
    wget -q -O "$part" "$URL"
fi
if ! has_hash "$part"; then
    echo "$URL has the SHA-256 $found, not $SHA256: it is not the file of the release" >&2
    exit 1
fi
mv "$part" "$FILE"
