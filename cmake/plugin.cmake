# For experiments outside the source tree:
#     find_package(qklab REQUIRED)                   # if qklab is installed, or
#     include(/path/to/qklab/cmake/plugin.cmake)     # from its source tree
#     qklab_plugin(foo foo.cpp)
# builds foo.so with the settings of the qklab that loads it: the installed one, build/release/qklab of the source
# tree, or the one given with -DQKLAB_PROGRAM=... The target qklab::plugin holds these settings.
if(NOT QKLAB_INCLUDE_DIR)
  set(QKLAB_INCLUDE_DIR "${CMAKE_CURRENT_LIST_DIR}/..")
  set(QKLAB_PROGRAM_DEFAULT "${CMAKE_CURRENT_LIST_DIR}/../build/release/qklab")
endif()
set(QKLAB_PROGRAM "${QKLAB_PROGRAM_DEFAULT}" CACHE FILEPATH "The qklab that loads the plugin")
include("${CMAKE_CURRENT_LIST_DIR}/simd.cmake")
set(CMAKE_CXX_STANDARD 20)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
include(CMakeFindDependencyMacro)
find_dependency(xtensor)
find_dependency(xtensor-blas)
find_dependency(fmt)
enable_testing()

if(NOT TARGET qklab::plugin)
  add_library(qklab::plugin INTERFACE IMPORTED)
  set_target_properties(qklab::plugin PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${QKLAB_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS "QKLAB_PLUGIN;XTENSOR_USE_XSIMD=1;HAVE_CBLAS=1"
    INTERFACE_COMPILE_OPTIONS "${QKLAB_CODE_FLAGS}"
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES "xtensor;fmt::fmt")
endif()

function(qklab_plugin NAME)
  add_library(${NAME} MODULE ${ARGN})
  target_compile_options(${NAME} PRIVATE -Wall -Wextra)
  target_link_libraries(${NAME} PRIVATE qklab::plugin)
  set_target_properties(${NAME} PROPERTIES PREFIX "")
endfunction()
