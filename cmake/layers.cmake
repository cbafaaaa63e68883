# One static library per room (folder) of core/, linked only to the rooms below it, so that a call upwards does not
# link. tests/dependencies.cmake checks the includes as well.
function(qklab_layer NAME)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/${NAME}/*.cpp)
  string(REPLACE "/" "_" target qklab_${NAME})
  if(NOT sources)
    add_library(${target} INTERFACE)
    target_link_libraries(${target} INTERFACE qklab_options ${ARGN})
  else()
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PUBLIC qklab_options ${ARGN})
  endif()
  set(rooms ${rooms} ${NAME} PARENT_SCOPE)
endfunction()

# Otherwise most of the build time would go into reading the same library headers and instantiating the same templates
# in each source. So the sources of a room are compiled a dozen at a time, and names in unnamed namespaces must be
# unique within a room. Each source must still include what it uses: the debug preset compiles each by itself.
option(QKLAB_UNITY "Compile the sources of a folder together: quicker in all, slower after a change" ON)
function(qklab_together TARGET)
  set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ${QKLAB_UNITY} UNITY_BUILD_BATCH_SIZE 12)
endfunction()

# For code that computes nothing itself: optimizing it would take more time than it ever saves, above all under
# sanitizers.
set(light_optimization -O1)
if(QKLAB_SANITIZE)
  set(light_optimization -O0)
endif()
function(qklab_compile_lightly TARGET)
  target_compile_options(${TARGET} PRIVATE $<$<NOT:$<CONFIG:Debug>>:${light_optimization}>)
endfunction()

qklab_layer(base)
qklab_layer(text qklab_base)
qklab_layer(schema qklab_text)
qklab_layer(process qklab_base)
qklab_layer(system qklab_text)
set_source_files_properties(core/system/file.cpp PROPERTIES  # it finds data/
  COMPILE_DEFINITIONS "QKLAB_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"")
if(QKLAB_SANITIZE MATCHES thread)  # see core/system/threads.hpp
  set_source_files_properties(core/system/threads.cpp PROPERTIES COMPILE_OPTIONS "-fno-sanitize=thread;-O2")
endif()
# The rooms that compute.
qklab_layer(stats qklab_base)
target_include_directories(qklab_stats SYSTEM PRIVATE ${QKLAB_BOOST_MATH})
qklab_layer(kernels qklab_system)
qklab_simd_levels(qklab_kernels)
qklab_layer(kernels/fused qklab_kernels)
qklab_layer(autodiff qklab_kernels)
qklab_layer(autodiff/ops qklab_autodiff qklab_kernels_fused)
qklab_layer(spectrum qklab_kernels qklab_schema)
qklab_layer(measure qklab_kernels)
qklab_layer(nn qklab_autodiff_ops qklab_spectrum qklab_measure)
qklab_layer(nn/weights qklab_nn)
qklab_layer(nn/entries qklab_nn)
qklab_layer(nn/optimizers qklab_nn)
qklab_layer(nn/regularizers qklab_nn_optimizers qklab_nn_weights)
qklab_layer(nn/untrained qklab_nn)
qklab_layer(theory qklab_spectrum qklab_measure qklab_stats)
qklab_layer(theory/scores qklab_theory)
target_include_directories(qklab_theory_scores SYSTEM PRIVATE ${QKLAB_BOOST_MATH})
qklab_layer(yaml qklab_base yaml-cpp)
qklab_layer(weights qklab_system)
qklab_layer(weights/layouts qklab_weights qklab_schema qklab_yaml)
qklab_layer(weights/spectra qklab_weights_layouts qklab_theory_scores)
qklab_layer(tasks qklab_system qklab_schema qklab_weights)
qklab_layer(train qklab_nn_regularizers qklab_nn_optimizers qklab_tasks qklab_trial qklab_weights)
# The rooms that run sweeps.
qklab_layer(trial qklab_schema qklab_system ${CMAKE_DL_LIBS})
qklab_layer(external qklab_trial qklab_process)
qklab_layer(sweep qklab_trial qklab_yaml)
qklab_layer(results qklab_sweep qklab_yaml qklab_stats)
qklab_layer(strategies qklab_results)
qklab_layer(config qklab_strategies qklab_external)
qklab_layer(store qklab_config SQLite::SQLite3)
qklab_layer(export qklab_store)
qklab_layer(run qklab_store)
# The rooms that judge and show results.
qklab_layer(claims qklab_config)
qklab_layer(claims/methods qklab_claims)
qklab_layer(claims/audit qklab_claims)
target_include_directories(qklab_claims_methods SYSTEM PRIVATE ${QKLAB_BOOST_MATH})
qklab_layer(claims/tests qklab_claims)
qklab_layer(chart qklab_system qklab_process)
qklab_layer(chart/gnuplot qklab_chart)
qklab_layer(figures qklab_chart_gnuplot qklab_config)
qklab_layer(figures/plots qklab_figures)
qklab_layer(report qklab_claims_audit qklab_claims_methods qklab_claims_tests qklab_figures_plots)
include(cmake/report_page.cmake)
qklab_layer(grammar qklab_claims qklab_figures)
# Run directories.
qklab_layer(directory qklab_run qklab_report qklab_kernels spdlog::spdlog)
qklab_layer(confirm qklab_directory)
qklab_layer(compare qklab_confirm qklab_export)
qklab_layer(search qklab_directory qklab_process)
qklab_layer(study qklab_compare qklab_search)
foreach(room base text schema system process stats spectrum measure nn nn_weights nn_entries nn_optimizers nn_regularizers nn_untrained
    theory theory_scores weights weights_layouts weights_spectra
    tasks train trial sweep results strategies store export run)
  qklab_together(qklab_${room})
endforeach()
foreach(room trial sweep results strategies store export run)
  target_compile_options(qklab_${room} PRIVATE $<$<CONFIG:Release>:-O2>)
endforeach()
foreach(room external yaml config claims claims_audit claims_methods claims_tests chart chart_gnuplot
    figures figures_plots grammar report directory search confirm compare study)
  qklab_together(qklab_${room})
  qklab_compile_lightly(qklab_${room})
endforeach()
# HDF5 is optional: it is only a format for exports.
pkg_check_modules(hdf5 QUIET IMPORTED_TARGET hdf5-serial)
if(hdf5_FOUND)
  target_compile_definitions(qklab_export PRIVATE QKLAB_HDF5)
  target_link_libraries(qklab_export PRIVATE PkgConfig::hdf5)
endif()

# Experiments register themselves when the program starts. Nothing calls them, so their objects are linked explicitly.
file(GLOB experiments CONFIGURE_DEPENDS experiments/*.cpp)
add_library(qklab_experiments OBJECT ${experiments})
target_link_libraries(qklab_experiments PUBLIC qklab_options qklab_trial qklab_theory_scores qklab_train qklab_nn_untrained
  qklab_weights_spectra)
# Experiments use the same names in their sources, so they are compiled separately and share only precompiled headers.
target_precompile_headers(qklab_experiments PRIVATE <fmt/format.h> <xtensor-blas/xlinalg.hpp> <xtensor/xmath.hpp>
  <xtensor/xview.hpp> ${CMAKE_SOURCE_DIR}/core/trial/experiment.hpp)

# Links all rooms whole into a program: nothing calls a file that only registers a choice, and plugins must find all of
# core/ in the program.
set(static_rooms "")
foreach(room ${rooms})
  string(REPLACE "/" "_" target qklab_${room})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND static_rooms ${target})
  endif()
endforeach()
function(qklab_whole TARGET)
  target_link_libraries(${TARGET} PRIVATE -Wl,--whole-archive ${static_rooms} -Wl,--no-whole-archive)
endfunction()

file(GLOB_RECURSE cli CONFIGURE_DEPENDS core/cli/*.cpp)
add_library(qklab_cli OBJECT ${cli})
target_link_libraries(qklab_cli PUBLIC qklab_options qklab_study qklab_compare qklab_grammar qklab_train qklab_weights_spectra CLI11::CLI11 PkgConfig::httplib)
# cpp-httplib 0.18 calls libcrypto from its header, but its pkg-config file names only libssl.
find_package(OpenSSL QUIET)
if(OpenSSL_FOUND)
  target_link_libraries(qklab_cli PUBLIC OpenSSL::Crypto)
endif()
qklab_compile_lightly(qklab_cli)
qklab_together(qklab_cli)
set_source_files_properties(core/cli/bench/bench_roofline.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
  COMPILE_OPTIONS -O3)
set_source_files_properties(core/directory/version.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON COMPILE_DEFINITIONS
  "QKLAB_VERSION=\"${PROJECT_VERSION}\";QKLAB_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\";QKLAB_COMPILER=\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\"")

add_custom_target(qklab_commit COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR}
  -DHEADER=${CMAKE_BINARY_DIR}/commit/commit.hpp -P ${CMAKE_SOURCE_DIR}/cmake/commit.cmake
  BYPRODUCTS ${CMAKE_BINARY_DIR}/commit/commit.hpp COMMENT "")
add_dependencies(qklab_directory qklab_commit)
target_include_directories(qklab_directory PRIVATE ${CMAKE_BINARY_DIR}/commit)

add_executable(qklab core/program/main.cpp $<TARGET_OBJECTS:qklab_experiments>)
# Compiled for any processor of the architecture, since it reports what the program needs.
add_library(qklab_processor OBJECT core/program/processor.cpp)
target_compile_options(qklab_processor PRIVATE -O1)
target_sources(qklab PRIVATE $<TARGET_OBJECTS:qklab_processor>)
qklab_whole(qklab)
target_link_libraries(qklab PRIVATE qklab_cli)
set_target_properties(qklab PROPERTIES ENABLE_EXPORTS ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
