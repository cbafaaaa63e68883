# Tests of layers, each linked to what it tests.
add_library(qklab_doctest OBJECT doctest_main.cpp)
target_link_libraries(qklab_doctest PUBLIC qklab_options)
target_include_directories(qklab_doctest SYSTEM PUBLIC ${QKLAB_DOCTEST})
target_compile_definitions(qklab_doctest PRIVATE QKLAB_SOURCE_DIR="${CMAKE_SOURCE_DIR}")

function(qklab_tests FOLDER)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${FOLDER} ${sources} $<TARGET_OBJECTS:qklab_doctest>)
  target_include_directories(test_${FOLDER} SYSTEM PRIVATE ${QKLAB_DOCTEST})
  target_link_libraries(test_${FOLDER} PRIVATE qklab_options ${ARGN})
  qklab_together(test_${FOLDER})
  qklab_compile_lightly(test_${FOLDER})
  foreach(source ${sources})
    get_filename_component(name ${source} NAME_WE)
    # A trailing name keeps CTest's and doctest's idea of a file the same.
    add_test(NAME ${FOLDER}.${name} COMMAND test_${FOLDER} --source-file=*/${FOLDER}/${name}.cpp)
    set_tests_properties(${FOLDER}.${name} PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 "
      SKIP_RETURN_CODE ${skipped})
  endforeach()
endfunction()

foreach(layer base kernels autodiff spectrum measure nn theory tasks train sweep report)
  qklab_tests(${layer} qklab_${layer})
endforeach()
qklab_tests(cli qklab_cli)
qklab_tests(experiments qklab_experiments qklab_report)
# Stay alone: each of these means something of its own by `run`, `read` or `Scratch`, or replaces operator new.
foreach(source autodiff/allocations nn/allocations train/allocations sweep/crash sweep/memory sweep/prune sweep/refine
    report/foresee report/layout sweep/replicate sweep/scratch sweep/store sweep/store_health sweep/stored_trial)
  set_source_files_properties(${source}.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endforeach()

if(hdf5_FOUND)  # to read back what was exported
  target_compile_definitions(test_sweep PRIVATE QKLAB_HDF5)
  target_link_libraries(test_sweep PRIVATE PkgConfig::hdf5)
endif()
