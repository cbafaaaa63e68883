#include "core/cli/bench/bench_script.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "core/base/error.hpp"
#include "core/cli/command.hpp"
#include "core/directory/version.hpp"

namespace qklab {

nlohmann::json run_script(std::string_view command) {
  const std::string line =
      fmt::format("exec /usr/bin/python3 -E {}/bench/{}", shell_quoted(source_directory()), command);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(line.c_str(), "r"), pclose);
  std::string output;
  char buffer[256];
  while (pipe && std::fgets(buffer, sizeof buffer, pipe.get())) output += buffer;
  nlohmann::json parsed = nlohmann::json::parse(output, nullptr, false);
  if (parsed.is_discarded()) throw Error(fmt::format("the peer did not run: {}", line));
  return parsed;
}

}  // namespace qklab
