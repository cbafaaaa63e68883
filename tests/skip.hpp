// For tests that cannot be made on every machine: they say why, and CTest calls the file skipped, not passed.
#pragma once

#include <string>

// To be followed by `return`.
void skip(const std::string& reason);
