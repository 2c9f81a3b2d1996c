#!/usr/bin/env bash
# Apache Arrow for JavaScript 21.2.0 stores some numbers in a Float16 column as half of themselves, without an error.
#
# Asked:    vectorFromArray(numbers, new Float16()), in a table that is written and read again.
# Expected: the nearest half precision number, ties to even, Infinity from 65520 on (IEEE 754; pyarrow, NumPy and Java's
#           Float.floatToFloat16 agree).
# Found:    a number that rounds up to a power of two is halved where its exponent is odd: 0.49999 becomes 0.25, 1.99999
#           becomes 1, 31.999 becomes 16. 65536 becomes 2 and 1000000 becomes 3.814453125. The tiny 2.97e-8 becomes
#           -Infinity. Ties go up: 2049 becomes 2050. Numbers that half precision holds exactly are right. The carry of
#           the rounded mantissa is or-ed to the exponent instead of added, and an exponent too large is cut off.
# Source:   Float16, vectorFromArray; no report of it found for Arrow; seen 2026-11 with apache-arrow 21.2.0 of npm.
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" apache-arrow@21.2.0
cat > check.mjs <<'JS'
import assert from 'node:assert';
import { Float16, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';

function stored(numbers) {
  const table = new Table({ x: vectorFromArray(numbers, new Float16()) });
  return [...tableFromIPC(tableToIPC(table)).getChild('x')];
}

function check(what, numbers, seen) {
  console.log(`${what}: ${numbers} become ${stored(numbers)}`);
  assert.deepStrictEqual(stored(numbers), seen, 'the finding has changed');
}

const exact = [0, 1, -0.5, 0.333251953125, 2048, 65504, -65504, Infinity];
check('exact', exact, exact);
check('odd exponent', [0.1249999, 0.49999, 1.9998, -1.99999, 31.999, 511.9], [0.0625, 0.25, 1, -1, 16, 256]);
check('even exponent', [0.24999, 0.99999, 3.9999], [0.25, 1, 4]);
check('large', [65520, 65536, 70000, 1e6, -1e6], [Infinity, 2, 2.134765625, 3.814453125, -3.814453125]);
check('tiny', [2.97e-8], [-Infinity]);
check('ties', [2049, 1.00048828125], [2050, 1.0009765625]);
JS
node check.mjs
