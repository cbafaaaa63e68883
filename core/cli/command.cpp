#include "core/cli/command.hpp"

#include <fmt/format.h>

#include <cstring>

#include "core/process/process.hpp"

namespace qklab {

std::string Called::str() const {
  std::string said = notes;
  if (!said.empty() && !said.ends_with('\n') && !output.empty()) said += '\n';
  said += output;
  while (said.ends_with('\n')) said.pop_back();
  return fmt::format("exit {}: {}", code, said.empty() ? "it said nothing" : said);
}

Called call(const std::vector<std::string>& command, std::string_view hidden) {
  const auto is_hidden = [hidden](std::string_view variable) {
    return variable.starts_with("LC_ALL=") || (!hidden.empty() && variable.starts_with(hidden));
  };
  const ProcessEnd end = run_process({command, environment_without(is_hidden, {"LC_ALL=C"})});
  if (end.failure != 0) return {127, "", std::strerror(end.failure)};
  return {end.signal != 0 ? 128 + end.signal : end.code, end.output, end.errors};
}

std::string shell_quoted(const std::string& text) {
  constexpr std::string_view safe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+@%";
  if (!text.empty() && text.find_first_not_of(safe) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string shell_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += (line.empty() ? "" : " ") + shell_quoted(word);
  return line;
}

}  // namespace qklab
