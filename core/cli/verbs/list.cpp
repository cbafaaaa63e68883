#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/error.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/shipped.hpp"
#include "core/tasks/task.hpp"
#include "core/train/names.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

namespace {

using train::Choice;

std::vector<Choice> listed_experiments() {
  std::vector<Choice> all;
  for (const Experiment& each : experiments())
    all.push_back({each.name, each.doc.substr(0, each.doc.find('\n'))});
  return all;
}

std::vector<Choice> listed_tasks() {
  std::vector<Choice> all;
  for (const tasks::TaskInfo& each : tasks::task_infos()) all.push_back({each.name, each.doc});
  return all;
}

std::vector<Choice> listed_figures() {
  std::vector<Choice> all;
  for (const std::string& name : shipped_figures())
    all.push_back({name, shipped_directory() + "/" + name + ".yaml"});
  return all;
}

struct Noun {
  std::string name;
  std::vector<Choice> (*members)();
};
const std::vector<Noun> nouns = {
    {"experiments", listed_experiments},
    {"figures", listed_figures},
    {"tasks", listed_tasks},
    {"models", [] { return train::attentions(); }},
    {"optimizers", [] { return train::optimizers(); }},
    {"regularizers", [] { return train::regularizers(); }},
};

void list(const std::string& what) {
  const std::vector<Choice> members = std::ranges::find(nouns, what, &Noun::name)->members();
  std::size_t width = 0;
  for (const Choice& each : members) width = std::max(width, each.name.size());
  for (const Choice& each : members) fmt::print("{:<{}}  {}\n", each.name, width, each.doc);
}

}  // namespace

void add_list(CLI::App& app, Exit&) {
  const auto what = std::make_shared<std::string>("experiments");
  std::vector<std::string> names;
  for (const Noun& noun : nouns) names.push_back(noun.name);
  CLI::App* verb = app.add_subcommand("list", "list what can be named in a config");
  verb->add_option("what", *what, "what to list; models are kinds of attention")->check(one_of(names));
  verb->callback([what] { list(*what); });
}

}  // namespace qklab
