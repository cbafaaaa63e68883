#include <fmt/format.h>

#include <memory>

#include "core/claims/audit/audit.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/terminal.hpp"
#include "core/directory/loaded.hpp"

namespace qklab {

void add_audit(CLI::App& app, Exit& exit) {
  const auto directory = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("audit",
                         "judge the claims on results without what they speak of, and name those "
                         "that hold nevertheless");
  verb->add_option("directory", *directory, "run directory, or results/reference/FIGURE")
      ->required()
      ->type_name("DIR");
  verb->callback([directory, &exit] {
    const RunDirectory run = open_directory(*directory);
    const std::vector<Audit> audits = audit(run.loaded.claims, run.results);
    if (audits.empty()) throw InputError(*directory + ": its config makes no claims");
    fmt::print("{}", audit_table(audits, terminal_width()));
    exit = exit_done;
  });
}

}  // namespace qklab
