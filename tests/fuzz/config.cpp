// libFuzzer: any bytes as a config. It is read, or refused with messages, and a config that is read can be
// enumerated.
#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_config(std::string(reinterpret_cast<const char*>(data), size), {});
  return 0;
}
