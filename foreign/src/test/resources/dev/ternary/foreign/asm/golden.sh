#!/bin/sh
# Writes golden.txt: for each instruction of Instructions.java the bytes that GNU as gives, a tab,
# and its text. The committed file is from GNU as 2.40. Needs as and objdump.
#   golden.sh INSTRUCTIONS > golden.txt
# INSTRUCTIONS has one instruction a line, in Intel syntax: the keys of Instructions.all().
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(echo ".intel_syntax noprefix"; cat "$1") > "$tmp/all.s"
as --64 -o "$tmp/all.o" "$tmp/all.s"
objdump -d -w --no-show-raw-insn "$tmp/all.o" | sed -n 's/^ *\([0-9a-f]*\):.*/\1/p' > "$tmp/starts"
objcopy -O binary -j .text "$tmp/all.o" "$tmp/all.bin"
od -An -v -tx1 "$tmp/all.bin" | tr -d ' \n' > "$tmp/hex"
awk -v hexfile="$tmp/hex" '
  BEGIN { getline hex < hexfile }
  function at(text,  i, n) {
    n = 0
    for (i = 1; i <= length(text); i++) n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
  }
  NR == FNR { start[NR] = at($1); count = NR; next }
  { end = FNR < count ? start[FNR + 1] : length(hex) / 2
    print substr(hex, 2 * start[FNR] + 1, 2 * (end - start[FNR])) "\t" $0 }
' "$tmp/starts" "$1"
