# What the processor is taken to have. On x86-64 the whole program needs AVX2 and FMA, and says so where they are
# missing (core/program/processor.cpp); core/kernels/simd is compiled for AVX-512 as well and chosen when it starts.
# -ffp-contract=off: fma is where the source has it and nowhere else, so that all levels come to the same bits.
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

# core/kernels/simd once for each level, in a namespace of its name. The objects of the widest level are linked last:
# where the compiler left a library's inline function in several objects, the linker takes the first.
function(qklab_simd_levels TARGET)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/kernels/simd/*.cpp)
  foreach(level ${simd_levels})
    add_library(${TARGET}_${level} OBJECT ${sources})
    # Linked behind the options of all code, whose -march this one's comes after.
    add_library(${TARGET}_${level}_options INTERFACE)
    # g++ 12 sees uses before initialization in its own header of AVX-512 instructions, where there are none.
    target_compile_options(${TARGET}_${level}_options INTERFACE ${simd_flags_${level}}
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> -Wno-uninitialized)
    target_compile_definitions(${TARGET}_${level}_options INTERFACE QKLAB_LEVEL=${level})
    target_link_libraries(${TARGET}_${level} PUBLIC qklab_options ${TARGET}_${level}_options)
    target_sources(${TARGET} PRIVATE $<TARGET_OBJECTS:${TARGET}_${level}>)
  endforeach()
endfunction()
