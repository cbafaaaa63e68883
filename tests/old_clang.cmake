# Fails where a source uses what clang 14 refuses with Debian 12's library: views, and the algorithms that return a subrange.
# A compiler that accepts them would not tell.
cmake_minimum_required(VERSION 3.25)
set(refused "std::views|ranges::views|std::ranges::(unique|remove|remove_if|partition|stable_partition|rotate|search|search_n|equal_range|find_end|subrange) ?\\(")
file(GLOB_RECURSE sources ${ROOT}/core/*.?pp ${ROOT}/experiments/*.?pp ${ROOT}/examples/*.?pp ${ROOT}/bench/*.?pp
  ${ROOT}/tests/*.?pp)
if(NOT sources)
  message(FATAL_ERROR "no source was found: is ROOT right?")
endif()
foreach(file ${sources})
  file(STRINGS ${file} lines REGEX "${refused}")
  foreach(line ${lines})
    string(STRIP "${line}" line)
    message(SEND_ERROR "${file}: clang 14 refuses: ${line}")
  endforeach()
endforeach()
