#include "core/cli/completion/command_line.hpp"

#include <algorithm>

#include "core/cli/one_of.hpp"
#include "core/cli/shipped.hpp"
#include "core/tasks/task.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

namespace {

std::vector<std::string> shipped_or_none() {
  try {
    return shipped_figures();
  } catch (const InputError&) {
    return {};
  }
}

// The expected value, from its name in the option's help.
Expected expected_of(const CLI::Option& option) {
  if (const auto words = choices_of(option); !words.empty()) return {Kind::words, words};
  const std::string type = option.get_type_name();
  if (type == "PRESET") return {Kind::preset, {"smoke", "fast", "paper"}};
  if (type.starts_with("KEY=VALUE")) return {Kind::setting, {}};
  if (type == "FIGURE") return {Kind::words, shipped_or_none()};
  if (type == "FIGURE|DIR|TRIAL") return {Kind::folder_or_word, shipped_or_none()};
  if (type == "EXPERIMENT|TASK") {
    std::vector<std::string> words = experiment_names();
    for (const std::string& task : tasks::task_names()) words.push_back(task);
    return {Kind::words, words};
  }
  if (type == "CONFIG") return {Kind::config, {}};
  if (type == "DIR") return {Kind::folder, {}};
  if (type == "FILE.so") return {Kind::file, {}};
  return {};
}

OptionText option_text(const CLI::Option& option) {
  OptionText text{{}, option.get_description(), std::nullopt, option.get_items_expected_max() > 1};
  for (const std::string& name : option.get_snames()) text.flags.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) text.flags.push_back("--" + name);
  if (option.get_items_expected_max() > 0) text.value = expected_of(option);
  return text;
}

void add_verb(const CLI::App& app, const std::string& name, const std::vector<OptionText>& shared,
              std::vector<VerbText>& all) {
  VerbText verb{name, app.get_description(), {}, {}, false, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      verb.arguments.push_back(expected_of(*option));
      verb.repeats = option->get_items_expected_max() > 1;
    } else {
      verb.options.push_back(option_text(*option));
    }
  }
  verb.options.insert(verb.options.end(), shared.begin(), shared.end());
  std::vector<OptionText> own;  // those that may follow a verb as well
  for (const OptionText& option : verb.options)
    if (option.flags == std::vector<std::string>{"--plugin"}) own = {option};
  for (const CLI::App* nested : verbs_of(app)) verb.verbs.push_back(nested->get_name());
  all.push_back(verb);
  for (const CLI::App* nested : verbs_of(app))
    add_verb(*nested, name.empty() ? nested->get_name() : name + " " + nested->get_name(), own, all);
}

}  // namespace

std::vector<VerbText> describe_command_line(const CLI::App& app) {
  std::vector<VerbText> all;
  add_verb(app, "", {}, all);
  return all;
}

}  // namespace qklab
