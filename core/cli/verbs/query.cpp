#include <fmt/format.h>

#include <memory>

#include "core/cli/cli.hpp"
#include "core/directory/query.hpp"
#include "core/results/csv.hpp"

namespace qklab {

namespace {

void print_row(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty() || &field != fields.data()) line += ',';
    line += csv_field(field);
  }
  fmt::print("{}\n", line);
}

}  // namespace

void add_query(CLI::App& app, Exit&) {
  struct Arguments {
    std::string directory, text;
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("query", "pick trials of a run directory; CSV on standard output");
  verb->add_option("directory", arguments->directory, "run directory")->required()->type_name("DIR");
  verb->add_option("query", arguments->text,
                   "a condition as under 'where', over parameters, scalars and status, or SQL")
      ->required()
      ->type_name("QUERY");
  verb->footer(
      "For instance:\n"
      "  qklab query results/walk \"entropy < 1 and mean == 0\"\n"
      "  qklab query results/walk \"SELECT mean, avg(entropy) FROM results GROUP BY mean\"\n"
      "In SQL, results is trials.csv as a table; docs/run-directory.md has the others.");
  verb->callback([arguments] {
    const std::string &directory = arguments->directory, &text = arguments->text;
    if (is_sql(text)) return query_sql(directory, text, print_row);
    const QueryCounts counts = query_where(directory, text, print_row);
    if (counts.found == 0) fmt::print(stderr, "none of {} trials fits\n", counts.trials);
  });
}

}  // namespace qklab
