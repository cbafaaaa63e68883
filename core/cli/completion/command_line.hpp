// A description of the command line, taken from its own definition: what may stand at each position.
#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace qklab {

// The kinds of words.
enum class Kind {
  words,           // one of a few words
  folder_or_word,  // a folder, or one of a few words
  config,          // a YAML file
  folder,
  file,
  preset,   // of the config that the line names
  setting,  // KEY=VALUE, of the config that the line names
  free,     // text, a number: nothing that could be offered
};

struct Expected {
  Kind kind = Kind::free;
  std::vector<std::string> words;  // for the first two kinds
};

struct OptionText {
  std::vector<std::string> flags;  // "-j", "--jobs"
  std::string doc;
  std::optional<Expected> value;  // none: a flag
  bool repeats = false;
};

struct VerbText {
  std::string name;  // "launch slurm"
  std::string doc;
  std::vector<OptionText> options;  // the program's own --plugin and --help among them
  std::vector<Expected> arguments;  // in order; if `repeats`, the last one may be repeated
  bool repeats = false;
  std::vector<std::string> verbs;  // the verbs of this verb

  std::string last_word() const { return name.substr(name.rfind(' ') + 1); }
};

std::vector<const CLI::App*> verbs_of(const CLI::App& app);

// All verbs, including nested ones, in the order in which they were added. The program itself comes first,
// with an empty name.
std::vector<VerbText> describe_command_line(const CLI::App& app);

}  // namespace qklab
