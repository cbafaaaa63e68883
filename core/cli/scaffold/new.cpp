#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/one_of.hpp"
#include "core/cli/scaffold/new_experiment.hpp"

namespace qklab {

void add_new(CLI::App& app, Exit&) {
  struct Arguments {
    std::string what, name, directory;
    bool in_tree = false;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("new", "write an experiment to start from: source, config, test");
  verb->add_option("what", arguments->what, "experiment")->required()->check(one_of({"experiment"}));
  verb->add_option("name", arguments->name, "its name")->required()->type_name("NAME");
  CLI::Option* out =
      verb->add_option("--out", arguments->directory, "folder to write (default: NAME)")->type_name("DIR");
  verb->add_flag("--in-tree", arguments->in_tree, "write into qklab's own source instead, to be compiled in")
      ->excludes(out);
  verb->callback([arguments] {
    check_experiment_name(arguments->name);
    if (arguments->in_tree) {
      new_in_tree(arguments->name);
    } else {
      new_plugin(arguments->name, arguments->directory.empty() ? arguments->name : arguments->directory);
    }
  });
}

}  // namespace qklab
