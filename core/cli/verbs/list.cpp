#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/error.hpp"
#include "core/base/registry.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/shipped.hpp"
#include "core/cli/with_doc.hpp"
#include "core/trial/experiment.hpp"

namespace qklab {

namespace {

std::vector<Listed> listed_experiments() {
  std::vector<Listed> all;
  for (const Experiment& each : experiments())
    all.push_back({each.name, each.doc.substr(0, each.doc.find('\n'))});
  return all;
}

std::vector<Listed> listed_figures() {
  std::vector<Listed> all;
  for (const std::string& name : shipped_figures())
    all.push_back({name, shipped_directory() + "/" + name + ".yaml"});
  return all;
}

std::vector<Listed> members(const std::string& noun) {
  if (noun == "experiments") return listed_experiments();
  if (noun == "figures") return listed_figures();
  const auto all = AnyRegistry::all();
  return (*std::ranges::find(all, noun, &AnyRegistry::noun))->listed();
}

void list(const std::string& what) {
  const std::vector<Listed> found = members(what);
  std::size_t width = 0;
  for (const Listed& each : found) width = std::max(width, each.name.size());
  for (const Listed& each : found)
    fmt::print("{}\n", with_doc(fmt::format("{:<{}}  ", each.name, width), each.doc));
}

}  // namespace

void add_list(CLI::App& app, Exit&) {
  const auto what = std::make_shared<std::string>("experiments");
  std::vector<std::string> names = {"experiments", "figures"};
  for (const AnyRegistry* each : AnyRegistry::all()) names.push_back(each->noun);
  CLI::App* verb = app.add_subcommand("list", "list what can be named in a config");
  verb->add_option("what", *what, "what to list; models are kinds of attention")->check(one_of(names));
  verb->callback([what] { list(*what); });
}

}  // namespace qklab
