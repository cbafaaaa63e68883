"""Limits BLAS and OpenMP to one thread; must be imported before NumPy or PyTorch.

`torch.set_num_threads(1)` does not affect Debian's OpenBLAS, which has its own threads: each process would then
multiply with as many threads as there are cores, and these wait for each other by spinning.
"""
import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"
