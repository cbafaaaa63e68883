#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/cli/loaded.hpp"
#include "core/cli/terminal.hpp"
#include "core/report/verdict_table.hpp"
#include "core/report/verify.hpp"

namespace qklab {

void add_verify(CLI::App& app, Exit& exit) {
  const auto directory = std::make_shared<std::string>();
  CLI::App* verb =
      app.add_subcommand("verify", "derive verdicts and figures' data again and compare with what is stored");
  verb->add_option("directory", *directory, "run directory, or results/reference/FIGURE")
      ->required()
      ->type_name("DIR");
  verb->callback([directory, &exit] {
    const RunDirectory run = open_directory(*directory);
    const std::vector<std::string> differences = verify_directory(run.loaded.config, run.results, *directory);
    for (const std::string& difference : differences) fmt::print(stderr, "{}: {}\n", *directory, difference);
    if (!run.loaded.claims.empty()) {
      fmt::print("{}", verdict_table(run.loaded.claims, judge(run.loaded.claims, run.results),
                                     terminal_width(), color_wanted()));
    }
    fmt::print("{}: {} trials, {}\n", *directory, run.results.trials.size(),
               differences.empty() ? "verdicts and figures follow from them" : "see the differences above");
    exit = differences.empty() ? exit_done : exit_failed;
  });
}

}  // namespace qklab
