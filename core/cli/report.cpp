#include "core/cli/report.hpp"

#include <fmt/format.h>

#include <memory>

#include "core/base/file.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/manifest.hpp"
#include "core/report/report_data.hpp"
#include "core/report/report_html.hpp"

namespace qklab {

void write_report(const std::string& directory, const Loaded& loaded, const Results& results,
                  const std::vector<Verdict>& verdicts) {
  const std::string data = report_data_json(loaded.config, loaded.figures, loaded.claims, verdicts, results,
                                            read_manifest_provenance(directory));
  write_file(directory + "/report.html", report_html(loaded.config.name, data));
}

void add_report(CLI::App& app, Exit&) {
  const auto directory = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand(
      "report", "write report.html: verdicts, figures and trials on one page, of what is finished so far");
  verb->add_option("directory", *directory, "run directory, or results/reference/FIGURE")
      ->required()
      ->type_name("DIR");
  verb->callback([directory] {
    const RunDirectory run = open_directory(*directory);
    write_report(*directory, run.loaded, run.results, judge(run.loaded.claims, run.results));
    fmt::print("{}/report.html\n", *directory);
  });
}

}  // namespace qklab
