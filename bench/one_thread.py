"""Imported before NumPy or PyTorch: one thread for BLAS and OpenMP.

`torch.set_num_threads(1)` does not reach an OpenBLAS with threads of its own, Debian's: each process then multiplies
by as many threads as there are cores, which wait for each other by spinning.
"""
import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"
