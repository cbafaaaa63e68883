// The main function of all test programs: doctest's, but for what skipped tests make of the exit code.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "tests/skip.hpp"
#include "tests/source_directory.hpp"

namespace {

bool skipped = false;
constexpr int skip_code = 77;  // as CTest is told in tests/CMakeLists.txt

}  // namespace

std::string source_directory() { return QKLAB_SOURCE_DIR; }

void skip(const std::string& reason) {
  skipped = true;
  MESSAGE("skipped: " << reason);
}

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int failed = context.run();
  return failed == 0 && skipped ? skip_code : failed;
}
