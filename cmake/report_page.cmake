# Embeds the pages of report.html and of `qklab serve`, with their files from third_party/, into the program.
file(STRINGS ${CMAKE_SOURCE_DIR}/third_party/checksums.txt sums)
foreach(line ${sums})
  string(REGEX MATCH "^([0-9a-f]+)  (.+)$" ignored "${line}")
  set(expected ${CMAKE_MATCH_1})
  set(path ${CMAKE_SOURCE_DIR}/third_party/${CMAKE_MATCH_2})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  file(SHA256 ${path} found)
  if(NOT found STREQUAL expected)
    message(FATAL_ERROR "${path} is not the file that third_party/checksums.txt names: "
      "its SHA-256 is ${found}, expected ${expected}. See third_party/README.md.")
  endif()
endforeach()

file(GLOB page CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/report/page/* ${CMAKE_SOURCE_DIR}/core/report/redraw/*
     ${CMAKE_SOURCE_DIR}/core/cli/serve/page/*)
list(APPEND page ${CMAKE_SOURCE_DIR}/third_party/uplot/uPlot.iife.min.js
                 ${CMAKE_SOURCE_DIR}/third_party/uplot/uPlot.min.css)
list(JOIN page "," joined)
set(assets ${CMAKE_BINARY_DIR}/page_assets.cpp)
add_custom_command(OUTPUT ${assets}
  COMMAND ${CMAKE_COMMAND} -DOUT=${assets} "-DFILES=${joined}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${page} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake COMMENT "Embedding the pages" VERBATIM)
target_sources(qklab_report PRIVATE ${assets})
