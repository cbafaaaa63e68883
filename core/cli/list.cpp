#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/error.hpp"
#include "core/cli/cli.hpp"
#include "core/sweep/experiment.hpp"

namespace qklab {

void add_list(CLI::App& app, Exit&) {
  const auto what = std::make_shared<std::string>("experiments");
  CLI::App* verb = app.add_subcommand("list", "list what can be named in a config");
  verb->add_option("what", *what, "what to list")->check(CLI::IsMember({"experiments"}));
  verb->callback([what] {
    std::size_t width = 0;
    for (const Experiment& experiment : experiments()) width = std::max(width, experiment.name.size());
    for (const Experiment& experiment : experiments()) {
      fmt::print("{:<{}}  {}\n", experiment.name, width, experiment.doc.substr(0, experiment.doc.find('\n')));
    }
  });
}

}  // namespace qklab
