#include <fmt/format.h>

#include "core/cli/command.hpp"
#include "core/cli/completion/complete.hpp"

namespace qklab {

namespace {

// The expected value as arguments of _qklab_offer.
std::string bash_offer(const Expected& expected) {
  const std::string words = fmt::format("{}", fmt::join(expected.words, " "));
  switch (expected.kind) {
    case Kind::words:
      return "words " + words;
    case Kind::folder_or_word:
      return "folder " + words;
    case Kind::config:
      return "config";
    case Kind::folder:
      return "folder";
    case Kind::file:
      return "file";
    case Kind::preset:
      return "preset " + words;
    case Kind::setting:
      return "setting";
    case Kind::free:
      break;
  }
  return "free";
}

std::string cases_of(const VerbText& verb) {
  std::string flags, values, places;
  for (const OptionText& option : verb.options) {
    for (const std::string& flag : option.flags) flags += (flags.empty() ? "" : " ") + flag;
    if (option.value)
      values += fmt::format("        {}) value={} ;;\n", fmt::join(option.flags, "|"),
                            shell_quoted(bash_offer(*option.value)));
  }
  for (const Expected& argument : verb.arguments)
    places += (places.empty() ? "" : " ") + shell_quoted(bash_offer(argument));
  if (!verb.verbs.empty()) places = shell_quoted(fmt::format("words {}", fmt::join(verb.verbs, " ")));
  const bool last_again = verb.repeats && verb.verbs.empty();
  return fmt::format(R"sh(    {})
      flags={} places=({}) again={} verbs=' {} '
      case $1 in
{}      esac ;;
)sh",
                     shell_quoted(verb.name), shell_quoted(flags), places, last_again ? "yes" : "''",
                     fmt::join(verb.verbs, " "), values);
}

}  // namespace

std::string bash_completion(const std::vector<VerbText>& verbs) {
  std::string cases;
  for (const VerbText& verb : verbs) cases += cases_of(verb);
  return fmt::format(R"sh(# bash completion of qklab
# Sets what may follow a verb, and the value that the option $1 takes, for the verb in $verb.
_qklab_look() {{
  value=
  case $verb in
{}  esac
}}

# What fits $word, of a kind: config, folder, file, preset, setting, free, or words; more words may follow the kind.
# Presets and settings are those of $config; bash splits a setting at its "=", so that $key stands before $word.
_qklab_offer() {{
  local kind=${{1%% *}} words=
  [ "$kind" = "$1" ] || words=${{1#* }}
  {{
    [ -z "$words" ] || compgen -W "$words" -- "$word"
    case $kind in
      config) compgen -f -X '!*.yaml' -- "$word"; compgen -f -X '!*.yml' -- "$word"; compgen -d -- "$word" ;;
      folder) compgen -d -- "$word" ;;
      file) compgen -f -- "$word" ;;
      preset) [ -z "$config" ] || compgen -W "$("${{COMP_WORDS[0]}}" completion presets "$config" 2>/dev/null)" -- "$word" ;;
      setting)
        [ -z "$config" ] || while IFS= read -r each; do
          [[ $each != "$key$word"* ]] || printf '%s\n' "${{each#"$key"}}"
        done < <("${{COMP_WORDS[0]}}" completion settings "$config" "$key$word" 2>/dev/null) ;;
    esac
  }}
}}

_qklab() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} verb= value= flags= again= verbs= offered= i each place=0 config= key=
  local -a places=()
  [ "$word" != '=' ] || word=
  _qklab_look ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    each=${{COMP_WORDS[i]}}
    if [ "$each" = '=' ]; then
      continue
    elif [ -n "$value" ]; then
      value=
    elif [[ $each == -* ]]; then
      _qklab_look "$each"
    elif [[ $verbs == *" $each "* ]]; then
      verb=${{verb:+$verb }}$each place=0
      _qklab_look ''
    else
      [ "${{places[place]-}}" != config ] || config=$each
      # The parts of KEY=VALUE are words of their own here.
      [ "${{places[place]-}}" = setting ] && [ "${{COMP_WORDS[i-1]}}" = '=' ] || place=$((place + 1))
    fi
  done
  if [ "${{COMP_WORDS[COMP_CWORD]}}" = '=' ]; then
    key=${{COMP_WORDS[COMP_CWORD-1]}}=
  elif [ "${{COMP_WORDS[COMP_CWORD-1]}}" = '=' ]; then
    key=${{COMP_WORDS[COMP_CWORD-2]}}=
  fi
  [ -z "$again" ] || [ "$place" -lt "${{#places[@]}}" ] || place=$((${{#places[@]}} - 1))
  if [ -n "$value" ]; then
    offered=$value
  elif [[ $word == -* ]]; then
    offered="words $flags"
  else
    offered=${{places[place]-free}}
  fi
  mapfile -t COMPREPLY < <(_qklab_offer "$offered")
  case $offered in
    config* | folder* | file*) compopt -o filenames 2>/dev/null ;;
    setting) [[ ${{COMPREPLY[0]-}} != *= ]] || compopt -o nospace 2>/dev/null ;;&
    *) compopt +o default 2>/dev/null ;;
  esac
}}
complete -o default -F _qklab qklab
)sh",
                     cases);
}

}  // namespace qklab
