#include <fmt/format.h>

#include "core/cli/completion/complete.hpp"

namespace qklab {

namespace {

// Quotes text in single quotes, where fish has two escapes.
std::string fish_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

// The words to offer, as options of `complete`; -x suppresses file names.
std::string fish_offer(const Expected& expected) {
  const std::string words = fmt::format("{}", fmt::join(expected.words, " "));
  switch (expected.kind) {
    case Kind::words:
      return " -x -a " + fish_quoted(words);
    case Kind::folder_or_word:
      return " -x -a " + fish_quoted(words + " (__fish_complete_directories)");
    case Kind::config:
      return " -x -k -a '(__fish_complete_suffix .yaml; __fish_complete_suffix .yml; "
             "__fish_complete_directories)'";
    case Kind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case Kind::file:
      return " -r -F";
    case Kind::preset:
      return " -x -a '(_qklab_of_config presets) " + words + "'";
    case Kind::setting:
      return " -x -a '(_qklab_of_config settings (commandline -ct))'";
    case Kind::free:
      break;
  }
  return " -x";
}

std::string of_verb(const VerbText& verb) {
  const std::string when =
      verb.name.empty() ? "" : " -n " + fish_quoted("__fish_seen_subcommand_from " + verb.last_word());
  std::string out;
  for (const OptionText& option : verb.options) {
    std::string names;
    for (const std::string& flag : option.flags)
      names += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
    out += fmt::format("complete -c qklab{}{}{} -d {}\n", when, names,
                       option.value ? fish_offer(*option.value) : "", fish_quoted(option.doc));
  }
  // fish does not count arguments: words for all positions are offered.
  for (const Expected& argument : verb.arguments)
    if (argument.kind != Kind::free)
      out += fmt::format("complete -c qklab{}{}\n", when, fish_offer(argument));
  return out;
}

}  // namespace

std::string fish_completion(const std::vector<VerbText>& verbs) {
  // The config is the first word of the line that looks like one.
  std::string out = R"sh(# fish completion of qklab
function _qklab_of_config
    set -l line (commandline -opc)
    set -l configs (string match -r '.*\.ya?ml$' -- $line)
    test -n "$configs[1]"; and $line[1] completion $argv[1] $configs[1] $argv[2..] 2>/dev/null
end
complete -c qklab -f
)sh";
  for (const VerbText& verb : verbs) {
    if (!verb.name.empty()) {
      const std::size_t space = verb.name.rfind(' ');
      const std::string when =
          space == std::string::npos
              ? "__fish_use_subcommand"
              : fmt::format("__fish_seen_subcommand_from {}; and not __fish_seen_subcommand_from {}",
                            verb.name.substr(0, space), verb.last_word());
      out += fmt::format("complete -c qklab -n {} -a {} -d {}\n", fish_quoted(when), verb.last_word(),
                         fish_quoted(verb.doc));
    }
    out += of_verb(verb);
  }
  return out;
}

}  // namespace qklab
