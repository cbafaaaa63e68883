// Shell completion and the manual page, from the command line's own description of itself.
#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/version.hpp"

namespace qklab {

namespace {

constexpr auto every = [](const CLI::App*) { return true; };

std::vector<const CLI::App*> verbs_of(const CLI::App& app) { return app.get_subcommands(every); }

// "--out", "-j": what a word on the command line may be.
std::vector<std::string> flags_of(const CLI::App& verb) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

// What may stand alone: a verb's verbs, and the words that a positional argument may be.
std::vector<std::string> bare_words_of(const CLI::App& verb) {
  std::vector<std::string> words;
  for (const CLI::App* nested : verbs_of(verb)) words.push_back(nested->get_name());
  for (const CLI::Option* option : verb.get_options())
    if (option->get_positional())
      for (const std::string& word : choices_of(*option)) words.push_back(word);
  return words;
}

std::vector<std::string> words_of(const CLI::App& verb, const CLI::App& app) {
  std::vector<std::string> words = flags_of(verb);
  for (const std::string& word : bare_words_of(verb)) words.push_back(word);
  if (&verb != &app)
    for (const std::string& flag : flags_of(app))
      if (flag == "--plugin") words.push_back(flag);
  return words;
}

std::string bash(const CLI::App& app) {
  std::string cases;
  for (const CLI::App* verb : verbs_of(app))
    cases += fmt::format("    {}) words='{}' ;;\n", verb->get_name(), fmt::join(words_of(*verb, app), " "));
  return fmt::format(R"(# bash completion of qklab
_qklab() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} words='{}' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${{COMP_WORDS[i]}} in
{}    esac
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  [ ${{#COMPREPLY[@]}} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}}
complete -o filenames -F _qklab qklab
)",
                     fmt::join(words_of(app, app), " "), cases);
}

// In single quotes, as zsh and fish take them.
std::string quoted(const std::string& text, std::string_view escaped) {
  std::string out = "'";
  for (const char c : text) {
    if (escaped.find(c) != std::string_view::npos) out += c == '\'' ? "'\\'" : "\\";
    out += c == '\n' ? ' ' : c;
  }
  return out + "'";
}

std::string zsh(const CLI::App& app) {
  std::string verbs, cases;
  for (const CLI::App* verb : verbs_of(app)) {
    verbs += fmt::format("    {}\n", quoted(verb->get_name() + ":" + verb->get_description(), "'"));
    cases += fmt::format("    {}) offered=({}) ;;\n", verb->get_name(), fmt::join(words_of(*verb, app), " "));
  }
  return fmt::format(R"(#compdef qklab
_qklab() {{
  local -a verbs offered
  verbs=(
{}  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    compadd -- {}
    return
  fi
  case $words[2] in
{}  esac
  compadd -- $offered
  _files
}}
compdef _qklab qklab
)",
                     verbs, fmt::join(flags_of(app), " "), cases);
}

std::string fish(const CLI::App& app) {
  std::string out = "# fish completion of qklab\n";
  for (const CLI::App* verb : verbs_of(app)) {
    out += fmt::format("complete -c qklab -n __fish_use_subcommand -a {} -d {}\n", verb->get_name(),
                       quoted(verb->get_description(), "'\\"));
    for (const CLI::App* nested : verbs_of(*verb))
      out += fmt::format("complete -c qklab -n '__fish_seen_subcommand_from {}' -a {} -d {}\n",
                         verb->get_name(), nested->get_name(), quoted(nested->get_description(), "'\\"));
    for (const CLI::Option* option : verb->get_options()) {
      if (option->get_positional()) {
        for (const std::string& word : choices_of(*option))
          out += fmt::format("complete -c qklab -n '__fish_seen_subcommand_from {}' -a {}\n",
                             verb->get_name(), word);
        continue;
      }
      std::string names;
      for (const std::string& name : option->get_snames()) names += " -s " + name;
      for (const std::string& name : option->get_lnames()) names += " -l " + name;
      out += fmt::format("complete -c qklab -n '__fish_seen_subcommand_from {}'{} -d {}\n", verb->get_name(),
                         names, quoted(option->get_description(), "'\\"));
    }
  }
  return out;
}

// Text in a manual page: a leading dot or quote would be a request, a bare dash may become a hyphen.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

void add_options(std::string& out, const CLI::App& verb) {
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name =
        option->get_positional() ? option->get_type_name() : option->get_name(false, true);
    out += fmt::format(".TP\n.B {}{}\n{}\n", roff(name.empty() ? option->get_name() : name),
                       option->get_positional() || option->get_type_name().empty()
                           ? ""
                           : " " + roff(option->get_type_name()),
                       roff(option->get_description()));
  }
}

std::string manual(const CLI::App& app) {
  std::string out = fmt::format(R"(.TH QKLAB 1 "" "qklab {}" "User Commands"
.SH NAME
qklab \- how a query\-key eigenspectrum shapes attention
.SH SYNOPSIS
.B qklab
.I VERB
[\fIARGUMENT\fR ...]
.SH DESCRIPTION
Runs sweeps of experiments that a YAML config describes, and ends with tables, figures with theory drawn over
measurement, and a verdict with an interval for each claim. A run can be stopped at any time; the same command goes on.
.SH VERBS
)",
                                version());
  for (const CLI::App* verb : verbs_of(app)) {
    out += fmt::format(".SS {}\n{}\n", roff(verb->get_name()), roff(verb->get_description()));
    add_options(out, *verb);
    for (const CLI::App* nested : verbs_of(*verb)) {
      out += fmt::format(".SS {} {}\n{}\n", roff(verb->get_name()), roff(nested->get_name()),
                         roff(nested->get_description()));
      add_options(out, *nested);
    }
  }
  out += ".SH OPTIONS\n";
  add_options(out, app);
  return out + R"(.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
trials failed, or a verdict fell short of what the config demands
.TP
.B 2
bad input; nothing was written
.TP
.B 130
interrupted; the same command goes on
.SH ENVIRONMENT
.TP
.B NO_COLOR
no colours on a terminal
.SH FILES
.I results/NAME
is the run directory of a config NAME.
)";
}

}  // namespace

void add_completion(CLI::App& app, Exit&) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand(
      "completion", "print a script that completes qklab's command line, or its manual page");
  verb->add_option("shell", *shell, "bash, zsh, fish, or man")
      ->required()
      ->check(one_of({"bash", "zsh", "fish", "man"}))
      ->type_name("SHELL");
  verb->callback([shell, &app] {
    fmt::print("{}", *shell == "bash"   ? bash(app)
                     : *shell == "zsh"  ? zsh(app)
                     : *shell == "fish" ? fish(app)
                                        : manual(app));
  });
}

}  // namespace qklab
