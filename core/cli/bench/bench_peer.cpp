#include "core/cli/bench/bench_peer.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

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

Peer::Peer(const StepShape& shape) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) throw Error("cannot open a pipe to PyTorch's process");
  const std::string script = source_directory() + "/bench/step_torch.py", text = to_text(shape);
  process_ = fork();
  if (process_ == 0) {
    dup2(down[0], 0);
    dup2(up[1], 1);
    for (const int end : {down[0], down[1], up[0], up[1]}) close(end);
    execl("/usr/bin/python3", "python3", script.c_str(), text.c_str(), nullptr);
    _exit(127);
  }
  close(down[0]);
  close(up[1]);
  to_ = fdopen(down[1], "w");
  from_ = fdopen(up[0], "r");
  try {
    seconds_each(0);  // its answer means that it has warmed up
  } catch (...) {
    std::fclose(to_);
    std::fclose(from_);
    waitpid(process_, nullptr, 0);
    throw;
  }
}

Peer::~Peer() {
  std::fclose(to_);  // ends the process
  std::fclose(from_);
  waitpid(process_, nullptr, 0);
}

double Peer::seconds_each(double window) {
  fmt::print(to_, "{}\n", window);
  std::fflush(to_);
  double seconds = 0;
  if (std::fscanf(from_, "%lf", &seconds) != 1) {
    throw Error("PyTorch's step did not run: install python3-torch and try `python3 bench/step_torch.py`");
  }
  return seconds;
}

}  // namespace qklab
