#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/grammar/config_schema.hpp"
#include "core/system/file.hpp"

namespace qklab {

void add_schema(CLI::App& app, Exit&) {
  const auto path = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("schema", "the grammar of configs as JSON Schema, for editors");
  verb->add_option("--out", *path, "file to write (default: standard output)")->type_name("FILE");
  verb->callback([path] {
    const std::string text = config_schema().dump() + "\n";
    if (path->empty())
      fmt::print("{}", text);
    else
      write_file(*path, text);
  });
}

}  // namespace qklab
