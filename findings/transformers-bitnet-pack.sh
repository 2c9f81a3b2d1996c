#!/usr/bin/env bash
# Transformers 5.18.0's pack_weights adds 1 to every weight of the tensor that it is given.
#
# Asked:    transformers.integrations.bitnet.pack_weights of a weight with values -1, 0 and +1, the way to make the packed
#           2-bit form of a BitNet layer; then the same layer used again, and packed again.
# Expected: a packed tensor, and the argument as it was: the documentation speaks of values that are adjusted to 0, 1, 2
#           "before being packed", and of a tensor that is returned.
# Found:    the packed tensor is right, but the weight holds 0, 1 and 2 afterwards: it is adjusted in place. The layer goes
#           on with other weights, without a word, and packing it once more gives other bytes (3 is no code of the format).
#           unpack_weights, the way back, leaves its argument alone. Pack a clone.
# Source:   pack_weights in transformers/integrations/bitnet.py; no report found; seen 2026-11 with transformers 5.18.0,
#           torch 2.13.0 (CPU).
set -eu
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet transformers==5.18.0 torch==2.13.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$work/venv/bin/python" -W ignore - <<'PY'
import torch
from transformers.integrations.bitnet import pack_weights, unpack_weights

torch.set_grad_enabled(False)
layer = torch.nn.Linear(2, 4, bias=False)
trits = torch.tensor([[-1.0, 0.0], [1.0, 1.0], [0.0, -1.0], [-1.0, 1.0]])
layer.weight.copy_(trits)
x = torch.tensor([[1.0, 10.0]])
before = layer(x).tolist()
packed = pack_weights(layer.weight)
after = layer(x).tolist()
print("packed", packed.tolist(), "output before", before, "after", after)
assert torch.equal(unpack_weights(packed, torch.float32), trits), "the finding has changed"
assert torch.equal(layer.weight, trits + 1), "the finding has changed"
assert before == [[-1, 11, -10, 9]] and after == [[10, 22, 1, 20]], "the finding has changed"
again = pack_weights(layer.weight)
print("packed again", again.tolist(), "unpacked", unpack_weights(again, torch.float32).tolist())
assert not torch.equal(again, packed), "the finding has changed"
assert torch.equal(pack_weights(trits.clone()), packed), "the finding has changed"
PY
