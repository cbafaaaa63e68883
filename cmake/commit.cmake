# Writes the commit that is being built into HEADER; the file is written only if it changes.
cmake_minimum_required(VERSION 3.25)
# The variables are unset since a caller such as a git hook may set them for another repository.
execute_process(COMMAND ${CMAKE_COMMAND} -E env --unset=GIT_DIR --unset=GIT_WORK_TREE git -C "${SOURCE}" describe --always --dirty --abbrev=12
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#pragma once\n#define QKLAB_COMMIT \"@commit@\"\n" @ONLY)
