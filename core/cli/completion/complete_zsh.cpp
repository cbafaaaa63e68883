#include <fmt/format.h>

#include "core/cli/command.hpp"
#include "core/cli/completion/complete.hpp"

namespace qklab {

namespace {

// Escapes text for a specification of _arguments or _describe.
std::string zsh_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("[]:\\").find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string zsh_action(const Expected& expected) {
  const std::string words = fmt::format("{}", fmt::join(expected.words, " "));
  switch (expected.kind) {
    case Kind::words:
      return "(" + words + ")";
    case Kind::folder_or_word:
      return fmt::format("{{_alternative \"words:name:({})\" \"folders:folder:_files -/\"}}", words);
    case Kind::config:
      return "_files -g \"*.(yaml|yml)\"";
    case Kind::folder:
      return "_files -/";
    case Kind::file:
      return "_files";
    case Kind::preset:
      return "_qklab_presets";
    case Kind::setting:
      return "_qklab_settings";
    case Kind::free:
      break;
  }
  return " ";
}

// The specifications that _arguments takes.
std::string specifications(const VerbText& verb) {
  std::string out;
  const auto add = [&out](const std::string& specification) {
    out += " \\\n      " + shell_quoted(specification);
  };
  for (const OptionText& option : verb.options) {
    for (const std::string& flag : option.flags) {
      const std::string others =
          option.flags.size() > 1 ? fmt::format("({})", fmt::join(option.flags, " ")) : "";
      add(fmt::format("{}{}[{}]{}", option.repeats ? "*" : others, flag, zsh_escaped(option.doc),
                      option.value ? ":value:" + zsh_action(*option.value) : ""));
    }
  }
  for (std::size_t i = 0; i < verb.arguments.size(); ++i) {
    const bool last = i + 1 == verb.arguments.size();
    add(fmt::format("{}:argument:{}", last && verb.repeats ? "*" : std::to_string(i + 1),
                    zsh_action(verb.arguments[i])));
  }
  return out;
}

// One function per verb; the function of a verb that has verbs itself offers these and calls their functions.
std::string function_of(const VerbText& verb, const std::vector<VerbText>& all) {
  std::string name = "_qklab";
  for (const char c : verb.name.empty() ? "" : " " + verb.name) name += c == ' ' ? '_' : c;
  if (verb.verbs.empty())
    return fmt::format("{}() {{\n    _arguments -S{}\n}}\n", name, specifications(verb));
  std::string described, cases;
  for (const VerbText& other : all) {
    const std::string begin = verb.name.empty() ? "" : verb.name + " ";
    if (other.name.empty() || !other.name.starts_with(begin) || other.name == verb.name) continue;
    if (other.name.find(' ', begin.size()) != std::string::npos) continue;
    described += fmt::format("        {}\n", shell_quoted(other.last_word() + ":" + zsh_escaped(other.doc)));
    cases += fmt::format("        {}) {}_{} ;;\n", other.last_word(), name, other.last_word());
  }
  return fmt::format(R"sh({}() {{
    local curcontext=$curcontext state line
    local -a verbs
    verbs=(
{}    )
    _arguments -C{} \
      '1:verb:->verb' '*::argument:->argument'
    case $state in
      verb) _describe verb verbs ;;
      argument)
        case $words[1] in
{}        esac ;;
    esac
}}
)sh",
                     name, described, specifications(verb), cases);
}

}  // namespace

std::string zsh_completion(const std::vector<VerbText>& verbs) {
  // The config is the first word of the line that looks like one.
  std::string out = R"sh(#compdef qklab
_qklab_of_config() {
    local config=${${(M)words:#*.y(a|)ml}[1]}
    [[ -n $config ]] && qklab completion $1 ${(Q)config} $2 2>/dev/null
}
_qklab_presets() {
    local -a found
    found=(${(f)"$(_qklab_of_config presets)"})
    (( $#found )) || found=(smoke fast paper)
    compadd -- $found
}
_qklab_settings() {
    local -a found
    found=(${(f)"$(_qklab_of_config settings $PREFIX)"})
    compadd -S '' -- ${(M)found:#*=}
    compadd -- ${found:#*=}
}
)sh";
  for (const VerbText& verb : verbs) out += function_of(verb, verbs);
  return out + "compdef _qklab qklab\n";
}

}  // namespace qklab
