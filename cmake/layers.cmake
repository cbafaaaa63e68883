# One static library per folder of core/, each linked to the layers below it only, so that a call
# upwards does not link. tests/dependencies.cmake checks the includes as well.
function(qklab_layer NAME)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/${NAME}/*.cpp)
  if(NOT sources)
    add_library(qklab_${NAME} INTERFACE)
    target_link_libraries(qklab_${NAME} INTERFACE qklab_options ${ARGN})
  else()
    add_library(qklab_${NAME} STATIC ${sources})
    target_link_libraries(qklab_${NAME} PUBLIC qklab_options ${ARGN})
  endif()
endfunction()

# Most of the build time would go into reading the same library headers and instantiating the same templates in each
# source. So the sources of a folder are compiled a dozen at a time, and what is in their unnamed namespaces has a name of
# its own within the folder. They include what they use all the same: the debug preset compiles each by itself.
option(QKLAB_UNITY "Compile the sources of a folder together: quicker in all, slower after a change" ON)
function(qklab_together TARGET)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ${QKLAB_UNITY} UNITY_BUILD_BATCH_SIZE 12)
endfunction()

# For code that computes nothing itself, so that optimizing it would take longer than it ever saves; under
# sanitizers, most of all.
set(light_optimization -O1)
if(QKLAB_SANITIZE)
  set(light_optimization -O0)
endif()
function(qklab_compile_lightly TARGET)
  target_compile_options(${TARGET} PRIVATE $<$<NOT:$<CONFIG:Debug>>:${light_optimization}>)
endfunction()

qklab_layer(base)
set_source_files_properties(core/base/file.cpp PROPERTIES  # which finds data/
  COMPILE_DEFINITIONS "QKLAB_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
if(QKLAB_SANITIZE MATCHES thread)  # see core/base/threads.hpp
  set_source_files_properties(core/base/threads.cpp PROPERTIES COMPILE_OPTIONS "-fno-sanitize=thread;-O2")
endif()
qklab_layer(kernels qklab_base)
qklab_simd_levels(qklab_kernels)
qklab_layer(autodiff qklab_kernels)
qklab_layer(spectrum qklab_kernels)
qklab_layer(measure qklab_kernels)
qklab_layer(nn qklab_autodiff qklab_spectrum qklab_measure)
qklab_layer(theory qklab_spectrum qklab_measure)
qklab_layer(tasks qklab_base)
qklab_layer(train qklab_nn qklab_tasks)
foreach(layer base spectrum measure nn theory tasks train)
  qklab_together(qklab_${layer})
endforeach()
qklab_layer(sweep qklab_measure yaml-cpp SQLite::SQLite3 ${CMAKE_DL_LIBS})
# HDF5 is a format to export to, and no more: used where it is there.
pkg_check_modules(hdf5 QUIET IMPORTED_TARGET hdf5-serial)
if(hdf5_FOUND)
  target_compile_definitions(qklab_sweep PRIVATE QKLAB_HDF5)
  target_link_libraries(qklab_sweep PRIVATE PkgConfig::hdf5)
endif()
qklab_layer(report qklab_sweep qklab_measure)
include(cmake/report_page.cmake)
qklab_together(qklab_sweep)
target_compile_options(qklab_sweep PRIVATE $<$<CONFIG:Release>:-O2>)
qklab_together(qklab_report)
qklab_compile_lightly(qklab_report)

# Experiments register themselves when the program starts, so their objects are linked in whole.
file(GLOB experiments CONFIGURE_DEPENDS experiments/*.cpp)
add_library(qklab_experiments OBJECT ${experiments})
target_link_libraries(qklab_experiments PUBLIC qklab_options qklab_sweep qklab_theory qklab_train)
# Each is a program of its own, with the same names in it: only the headers are shared.
target_precompile_headers(qklab_experiments PRIVATE <fmt/format.h> <xtensor-blas/xlinalg.hpp> <xtensor/xmath.hpp>
  <xtensor/xview.hpp> ${CMAKE_SOURCE_DIR}/core/sweep/experiment.hpp)

# The program exports all of core/ so that experiments built as shared libraries find it.
set(core_layers base kernels autodiff spectrum measure nn theory tasks train sweep report)
set(whole "")
foreach(layer ${core_layers})
  get_target_property(type qklab_${layer} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND whole qklab_${layer})
  endif()
endforeach()

file(GLOB cli CONFIGURE_DEPENDS core/cli/*.cpp)
list(FILTER cli EXCLUDE REGEX "/(main|processor)\\.cpp$")
add_library(qklab_cli OBJECT ${cli})
target_link_libraries(qklab_cli PUBLIC qklab_options qklab_report qklab_train CLI11::CLI11 spdlog::spdlog
  PkgConfig::httplib)
# cpp-httplib 0.18 calls libcrypto from its header, and its pkg-config file names libssl alone.
find_package(OpenSSL QUIET)
if(OpenSSL_FOUND)
  target_link_libraries(qklab_cli PUBLIC OpenSSL::Crypto)
endif()
qklab_compile_lightly(qklab_cli)
qklab_together(qklab_cli)
set_source_files_properties(core/cli/bench_roofline.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
  COMPILE_OPTIONS -O3)
set_source_files_properties(core/cli/version.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON COMPILE_DEFINITIONS
  "QKLAB_VERSION=\"${PROJECT_VERSION}\";QKLAB_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";QKLAB_COMPILER=\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\"")

add_custom_target(qklab_commit COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}
  -DHEADER=${CMAKE_BINARY_DIR}/commit/commit.hpp -P ${CMAKE_SOURCE_DIR}/cmake/commit.cmake
  BYPRODUCTS ${CMAKE_BINARY_DIR}/commit/commit.hpp COMMENT "")
add_dependencies(qklab_cli qklab_commit)
target_include_directories(qklab_cli PRIVATE ${CMAKE_BINARY_DIR}/commit)

add_executable(qklab core/cli/main.cpp $<TARGET_OBJECTS:qklab_experiments>)
# Compiled for any processor of the architecture: it tells what the program needs.
add_library(qklab_processor OBJECT core/cli/processor.cpp)
target_compile_options(qklab_processor PRIVATE -O1)
target_sources(qklab PRIVATE $<TARGET_OBJECTS:qklab_processor>)
target_link_libraries(qklab PRIVATE qklab_cli -Wl,--whole-archive ${whole} -Wl,--no-whole-archive qklab_report qklab_theory qklab_train)
set_target_properties(qklab PROPERTIES ENABLE_EXPORTS ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
