// libFuzzer: any lines as overrides of a valid config.
#include <sstream>

#include "tests/fuzz/fuzz.hpp"

using namespace qklab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
  std::vector<std::string> overrides;
  for (std::string line; std::getline(lines, line);) overrides.push_back(line);
  fuzz::read_config("name: t\nexperiment: specimen\nsweep: {mean: [0, 1]}\nseeds: 2\n", overrides);
  return 0;
}
