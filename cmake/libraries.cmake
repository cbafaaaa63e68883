# Finds all libraries that the program needs, and reports all missing ones at once by their upstream names. The names of
# Debian's packages are in packages.txt.
set(missing "")

function(qklab_missing NAME)
  list(APPEND missing "${NAME}")
  set(missing "${missing}" PARENT_SCOPE)
endfunction()

# Finds a library with its own CMake files: PACKAGE [VERSION]. UPSTREAM is its name in messages.
macro(qklab_library UPSTREAM PACKAGE)
  find_package(${PACKAGE} ${ARGN} QUIET)
  if(NOT ${PACKAGE}_FOUND)
    qklab_missing("${UPSTREAM}")
  endif()
endmacro()

# Finds a library with pkg-config: MODULE becomes the target PkgConfig::PREFIX.
macro(qklab_module UPSTREAM PREFIX MODULE)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(${PREFIX} QUIET IMPORTED_TARGET ${MODULE})
  endif()
  if(NOT ${PREFIX}_FOUND)
    qklab_missing("${UPSTREAM}")
  endif()
endmacro()

qklab_library("pkg-config" PkgConfig)
qklab_library("xtensor 0.24 to 0.26" xtensor)
qklab_library("xtensor-blas 0.20 or later" xtensor-blas)
qklab_library("xsimd 8 or later" xsimd)
qklab_library("oneTBB 2021 or later" TBB)
qklab_library("yaml-cpp 0.7 or later" yaml-cpp)
qklab_library("fmt 9 or later" fmt)
qklab_library("spdlog 1.10 or later, built with the same fmt" spdlog)
qklab_library("SQLite 3.40 or later" SQLite3)
qklab_library("CLI11 2.1 or later" CLI11)
qklab_library("nlohmann/json 3.11 or later" nlohmann_json)
qklab_module("OpenBLAS 0.3 with LAPACK" openblas openblas)
qklab_module("cpp-httplib 0.11 or later" httplib cpp-httplib)
# Boost.Math consists of headers only, so Boost's CMake files are not needed.
find_path(QKLAB_BOOST_MATH boost/math/distributions/students_t.hpp)
mark_as_advanced(QKLAB_BOOST_MATH)
if(NOT QKLAB_BOOST_MATH)
  qklab_missing("Boost.Math 1.74 or later")
endif()
find_package(Threads REQUIRED)

if(missing)
  list(JOIN missing "\n  " lines)
  message(FATAL_ERROR "These libraries are missing, or CMake does not find them (CMAKE_PREFIX_PATH and PKG_CONFIG_PATH "
    "say where to look):\n  ${lines}\nDebian's packages of them are in packages.txt; `./lab build` installs those.")
endif()
