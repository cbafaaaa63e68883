# Unit tests of the rooms; each is linked to the room that it tests.
add_library(qklab_doctest OBJECT doctest_main.cpp)
target_link_libraries(qklab_doctest PUBLIC qklab_options)
target_include_directories(qklab_doctest SYSTEM PUBLIC ${QKLAB_DOCTEST})
target_compile_definitions(qklab_doctest PRIVATE QKLAB_SOURCE_DIR="${CMAKE_SOURCE_DIR}")

# Builds the tests of a room. Tests of the upper rooms run whole sweeps, for which all rooms are needed.
function(qklab_tests FOLDER)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target test_${FOLDER})
  add_executable(${target} ${sources} $<TARGET_OBJECTS:qklab_doctest>)
  target_include_directories(${target} SYSTEM PRIVATE ${QKLAB_DOCTEST})
  if(NOT FOLDER IN_LIST alone)
    qklab_whole(${target})
  endif()
  target_link_libraries(${target} PRIVATE qklab_options ${ARGN})
  qklab_together(${target})
  qklab_compile_lightly(${target})
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    # The pattern lets each CTest entry run the test cases of exactly one file.
    add_test(NAME ${FOLDER}.${name} COMMAND ${target} --source-file=*/${FOLDER}/${name}.cpp)
    set_tests_properties(${FOLDER}.${name} PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 "
      SKIP_RETURN_CODE ${skipped})
  endforeach()
endfunction()

set(alone base text schema system process stats kernels autodiff measure)  # these need only the rooms below them
set(kernels_besides qklab_kernels_fused)
set(autodiff_besides qklab_autodiff_ops)
foreach(room ${alone})
  qklab_tests(${room} qklab_${room} ${${room}_besides})
endforeach()
foreach(room spectrum theory theory/scores weights weights/layouts weights/spectra nn nn/weights tasks train trial yaml sweep results strategies config store export run claims chart figures report
    directory confirm compare study)
  qklab_tests(${room})
endforeach()
foreach(room cli/cluster cli/serve cli/verbs)
  qklab_tests(${room} qklab_cli)
endforeach()
qklab_tests(experiments qklab_experiments)
# The example plugins of docs/extending.md and their test, in one program.
qklab_tests(examples qklab_train)
foreach(example parity adagrad interleaved multi_query squared_relu)
  target_sources(test_examples PRIVATE ${CMAKE_SOURCE_DIR}/examples/plugins/${example}.cpp)
endforeach()
# Compiled separately: each of these has its own meaning of `run`, `read` or `Scratch`, or replaces operator new.
foreach(source autodiff/allocations nn/allocations train/allocations run/crash run/memory strategies/prune
    strategies/refine strategies/until study/foresee chart/layout store/scratch store/store store/store_health
    store/stored_trial)
  set_source_files_properties(${source}.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endforeach()

if(hdf5_FOUND)  # the tests read exported files
  target_compile_definitions(test_export PRIVATE QKLAB_HDF5)
  target_link_libraries(test_export PRIVATE PkgConfig::hdf5)
endif()
