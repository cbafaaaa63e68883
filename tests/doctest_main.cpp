#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "tests/source_directory.hpp"

std::string source_directory() { return QKLAB_SOURCE_DIR; }
