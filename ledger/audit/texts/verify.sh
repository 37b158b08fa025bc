#!/bin/sh
# Check the proofs of an audit bundle with openssl and coreutils alone.
#
#   sh verify.sh VKEY [FOLDER]
#
# VKEY is the log's public key (name+id+base64), from outside of the bundle. FOLDER is
# the bundle; unpack a zip first. Checked are the signature on the checkpoint, and of each
# event its leaf hash and its place in the signed tree: by its proof, or, where the bundle
# holds the whole log, by hashing the tree anew. That takes a few milliseconds a hash.
#
# Not checked, as it says itself at the end: history.csv, state/, documents/ and disclosed
# values; witnesses, growth from earlier heads, links, times, and whether events of an
# agreement are missing. `whereas verify` checks those too.
set -eu
export LC_ALL=C

vkey=${1:?usage: sh verify.sh VKEY [FOLDER]}
cd "${2:-.}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'FAILED: %s\n' "$1" >&2
    exit 4
}

# bytes HEX: write the bytes.
bytes() {
    printf '%s' "$1" | tr abcdef ABCDEF | basenc --base16 -d
}

# hexed: write standard input in hex, on one line.
hexed() {
    od -An -v -tx1 | tr -d ' \n'
}

# hash: write the SHA-256 of standard input in hex.
hash() {
    sha256sum | cut -c1-64
}

node() {
    bytes "01$1$2" | hash
}

leaf() {
    { printf '\0'; cat "$1"; } | hash
}

# --- the signature ---------------------------------------------------------------------

name=${vkey%%+*}
rest=${vkey#*+}
id=${rest%%+*}
key=$(printf '%s' "${rest#*+}" | base64 -d | hexed)
case $key in
01*) ;;
*) fail 'this is not an Ed25519 key' ;;
esac
printed=$({ printf '%s\n' "$name"; bytes "$key"; } | hash | cut -c1-8)
[ "$printed" = "$id" ] || fail "the ID of this key is $printed"
bytes "302a300506032b6570032100${key#01}" > "$work/key.der"
openssl pkey -pubin -inform DER -in "$work/key.der" -out "$work/key.pem"

# The text of a note ends at its last empty line; signatures follow.
gap=$(grep -n '^$' checkpoint | tail -n 1 | cut -d: -f1)
[ -n "$gap" ] || fail 'checkpoint has no signature'
head -n "$((gap - 1))" checkpoint > "$work/text"
signed=no
tail -n "+$((gap + 1))" checkpoint > "$work/lines"
while read -r _ by data; do
    [ "$by" = "$name" ] || continue
    raw=$(printf '%s' "$data" | base64 -d | hexed)
    case $raw in
    "$id"*) ;;
    *) continue ;;
    esac
    bytes "${raw#"$id"}" > "$work/signature"
    openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$work/text" \
        -sigfile "$work/signature" > "$work/said" 2>&1 || fail 'the signature is wrong'
    signed=yes
done < "$work/lines"
[ "$signed" = yes ] || fail 'the key did not sign this checkpoint'
origin=$(sed -n 1p "$work/text")
size=$(sed -n 2p "$work/text")
root=$(sed -n 3p "$work/text" | base64 -d | hexed)
[ "$origin" = "$name" ] || fail "this is a head of $origin"
printf 'signed by %s: %s events\n' "$name" "$size"

# --- the events ------------------------------------------------------------------------

# climb LEAF INDEX SIZE: walk up by the hashes on standard input, and print the root
# (RFC 9162, section 2.1.3.2).
climb() {
    at=$1 fn=$2 sn=$(($3 - 1))
    [ "$fn" -le "$sn" ] || fail "pos:$2 is behind the last event"
    while read -r sibling; do
        sibling=$(printf '%s' "$sibling" | base64 -d | hexed)
        [ "$sn" -gt 0 ] || fail 'a proof is too long'
        if [ $((fn & 1)) = 1 ] || [ "$fn" = "$sn" ]; then
            at=$(node "$sibling" "$at")
            while [ $((fn & 1)) = 0 ] && [ "$fn" -gt 0 ]; do
                fn=$((fn >> 1)) sn=$((sn >> 1))
            done
        else
            at=$(node "$at" "$sibling")
        fi
        fn=$((fn >> 1)) sn=$((sn >> 1))
    done
    [ "$sn" = 0 ] || fail 'a proof is too short'
    printf '%s\n' "$at"
}

# one_by_one: check chosen events by their proofs.
one_by_one() {
    for entry in entries/*.json; do
        position=$(basename "$entry" .json)
        proof=proofs/$position.tlog-proof
        end=$(grep -n '^$' "$proof" | head -n 1 | cut -d: -f1)
        [ "$(sed -n 1p "$proof")" = c2sp.org/tlog-proof@v1 ] || fail "$proof"
        [ "$(sed -n 2p "$proof")" = "index $position" ] || fail "$proof: its index"
        tail -n "+$((end + 1))" "$proof" | cmp -s - checkpoint || fail "$proof: its head"
        head -n "$((end - 1))" "$proof" | tail -n +3 > "$work/hashes"
        found=$(climb "$(leaf "$entry")" "$position" "$size" < "$work/hashes")
        [ "$found" = "$root" ] || fail "pos:$position is not in the log as it is here"
        count=$((count + 1))
    done
}

# unpacked FILE COUNT: print the leaf hash of each event in a file of events.
unpacked() {
    offset=0 length=$(wc -c < "$1") number=0
    while [ "$offset" -lt "$length" ]; do
        # shellcheck disable=SC2046 # two numbers are two words
        set -- "$1" "$2" $(od -An -v -tu1 -j "$offset" -N 2 "$1")
        bytes_here=$(($3 * 256 + $4))
        tail -c "+$((offset + 3))" "$1" | head -c "$bytes_here" > "$work/event"
        leaf "$work/event"
        offset=$((offset + 2 + bytes_here)) number=$((number + 1))
    done
    [ "$number" = "$2" ] && [ "$offset" = "$length" ] || fail "$1 is cut short"
}

# path INDEX WIDTH: name a file of events as C2SP tlog-tiles does.
path() {
    part=$(printf '%03d' $(($1 % 1000))) left=$(($1 / 1000))
    while [ "$left" -gt 0 ]; do
        part=$(printf 'x%03d/%s' $((left % 1000)) "$part") left=$((left / 1000))
    done
    [ "$2" = 256 ] || part=$part.p/$2
    printf 'tile/entries/%s\n' "$part"
}

# all_of_them: check the whole log by hashing its tree.
all_of_them() {
    index=0
    while [ $((index * 256)) -lt "$size" ]; do
        width=$((size - index * 256))
        [ "$width" -le 256 ] || width=256
        unpacked "$(path "$index" "$width")" "$width"
        index=$((index + 1))
    done > "$work/level"
    count=$(wc -l < "$work/level")
    [ "$count" = "$size" ] || fail "there are $count events"
    # Pair neighbours level by level; a node without one goes up alone.
    while [ "$(wc -l < "$work/level")" -gt 1 ]; do
        while read -r left; do
            if read -r right; then
                node "$left" "$right"
            else
                printf '%s\n' "$left"
            fi
        done < "$work/level" > "$work/above"
        mv "$work/above" "$work/level"
    done
    [ "$(cat "$work/level")" = "$root" ] || fail 'the events lead to another root'
}

count=0
if [ -d tile ]; then
    all_of_them
else
    one_by_one
fi
printf '%s events are in the log as they are here\n' "$count"
for name in history.csv state documents disclosures; do
    [ ! -e "$name" ] || printf 'not checked: %s\n' "$name"
done
printf 'not checked: links, times, other signatures, earlier heads\n'
[ -d tile ] || printf 'not checked: that no event of an agreement is missing\n'
