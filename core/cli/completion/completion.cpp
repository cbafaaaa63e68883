// Shell completion and the manual page, generated from the definition of the command line.
#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/completion/complete.hpp"
#include "core/cli/completion/settings.hpp"
#include "core/cli/one_of.hpp"
#include "core/directory/version.hpp"

namespace qklab {

namespace {

// Escapes text for a manual page: a leading dot or quote would be a request, a bare dash may become a hyphen.
std::string roff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == ',') {
      out += ",\\:";  // a list without spaces may be broken here
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
.ad l
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
.B 75
another process is writing the run directory: the same command may succeed later
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
  const auto rest = std::make_shared<std::vector<std::string>>();
  CLI::App* verb = app.add_subcommand(
      "completion", "print a script that completes qklab's command line, or its manual page");
  verb->add_option(
          "shell", *shell,
          "bash, zsh, fish, or man; the scripts themselves ask for the settings or presets of a config")
      ->required()
      ->check(one_of({"bash", "zsh", "fish", "man", "settings", "presets"}))
      ->type_name("SHELL");
  verb->add_option("rest", *rest, "for settings and presets: the config, and the word at the cursor")
      ->type_name("CONFIG [WORD]");
  verb->callback([shell, rest, &app] {
    if (*shell == "settings" || *shell == "presets") {
      const std::string config = rest->empty() ? "" : rest->front(),
                        word = rest->size() > 1 ? rest->at(1) : "";
      for (const std::string& each : *shell == "presets" ? presets_for(config) : settings_for(config, word))
        fmt::print("{}\n", each);
      return;
    }
    const std::vector<VerbText> verbs = describe_command_line(app);
    fmt::print("{}", *shell == "bash"   ? bash_completion(verbs)
                     : *shell == "zsh"  ? zsh_completion(verbs)
                     : *shell == "fish" ? fish_completion(verbs)
                                        : manual(app));
  });
}

}  // namespace qklab
