// Where goldens and configs lie that a test reads.
#pragma once

#include <string>

std::string source_directory();
