# Writes OUT, a C++ source that embeds the files of the list FILES and finds them by name:
#     cmake -DOUT=assets.cpp "-DFILES=a.js,b.css" -P embed.cmake
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" FILES "${FILES}")
set(arrays "")
set(cases "")
set(number 0)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char bytes_${number}[] = {${bytes}};\n")
  string(APPEND cases
    "  if (name == \"${name}\") return {reinterpret_cast<const char*>(bytes_${number}), sizeof bytes_${number}};\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT} "// Written by cmake/embed.cmake.
#include \"core/report/page_asset.hpp\"

#include <stdexcept>
#include <string>

namespace qklab {
namespace {
${arrays}}  // namespace

std::string_view page_asset(std::string_view name) {
${cases}  throw std::logic_error(\"no file '\" + std::string(name) + \"' was embedded\");
}

}  // namespace qklab
")
