# The instructions that the processor must have. On x86-64 the whole program needs AVX2 and FMA, and reports it if they
# are missing (core/program/processor.cpp). core/kernels/simd is also compiled for AVX-512; the level is chosen when the
# program starts. -ffp-contract=off: the compiler adds no fma, so that all levels give the same bits.
set(QKLAB_CODE_FLAGS -ffp-contract=off)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  list(APPEND QKLAB_CODE_FLAGS -march=x86-64-v3)
  set(simd_levels v3 v4)
  set(simd_flags_v4 -march=x86-64-v4 -mprefer-vector-width=512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(simd_levels neon)
endif()
list(PREPEND simd_levels portable)
set(simd_flags_portable -DQKLAB_PORTABLE)

# Compiles core/kernels/simd once for each level, in a namespace with the level's name. The objects of the widest level
# are linked last: if several objects contain the same inline function of a library, the linker takes the first.
function(qklab_simd_levels TARGET)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/kernels/simd/*.cpp)
  foreach(level ${simd_levels})
    add_library(${TARGET}_${level} OBJECT ${sources})
    # Linked after the options of all code, so that this -march comes later and wins.
    add_library(${TARGET}_${level}_options INTERFACE)
    # g++ 12 wrongly reports uninitialized variables in its own header of AVX-512 instructions.
    target_compile_options(${TARGET}_${level}_options INTERFACE ${simd_flags_${level}}
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> -Wno-uninitialized)
    target_compile_definitions(${TARGET}_${level}_options INTERFACE QKLAB_LEVEL=${level})
    target_link_libraries(${TARGET}_${level} PUBLIC qklab_options ${TARGET}_${level}_options)
    target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:${TARGET}_${level}>)
  endforeach()
endfunction()
