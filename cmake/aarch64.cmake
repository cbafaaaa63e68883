# Toolchain for 64-bit ARM with Debian's cross compiler (g++-aarch64-linux-gnu). Libraries come from the system in
# QKLAB_SYSROOT, which tests/portability/arm64.sh creates, and QEMU runs the programs.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

if(NOT QKLAB_SYSROOT)
  set(QKLAB_SYSROOT $ENV{QKLAB_SYSROOT})
endif()
set(QKLAB_SYSROOT ${QKLAB_SYSROOT} CACHE PATH "An arm64 system: its libraries and headers")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES QKLAB_SYSROOT)
set(CMAKE_SYSROOT ${QKLAB_SYSROOT})
set(CMAKE_FIND_ROOT_PATH ${QKLAB_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static -L ${QKLAB_SYSROOT})

set(lib ${QKLAB_SYSROOT}/usr/lib/aarch64-linux-gnu)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${QKLAB_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR} ${lib}/pkgconfig:${lib}/openblas-pthread/pkgconfig:${QKLAB_SYSROOT}/usr/share/pkgconfig)
