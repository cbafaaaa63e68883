"""No function that other code may share is left in the objects of a SIMD level: the linker could take one compiled for
AVX-512 for the whole program. Called with the objects of one level and its name."""
import subprocess
import sys

level, objects = sys.argv[1], sys.argv[2:]
assert objects, "no objects were given"
listed = subprocess.run(["nm", "-C", "--defined-only", *objects], capture_output=True, text=True, check=True).stdout
own, shared = f"qklab::kernels::{level}::", []
found = 0
for line in listed.splitlines():
    parts = line.split(maxsplit=2)
    if len(parts) != 3 or parts[1] not in "WVu":
        continue
    found += own in parts[2]
    # A reference to a personality routine holds an address and no code.
    if own not in parts[2] and not parts[2].startswith("DW.ref."):
        shared.append(parts[2])
assert found, f"{level} has no functions of its own: is the name right?"
for name in sorted(set(shared)):
    print(f"{name} is in objects of {level}, and could be taken for other code's")
sys.exit(1 if shared else 0)
