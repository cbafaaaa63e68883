#include "core/cli/verbs/overview.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/claims/verdict_table.hpp"
#include "core/text/columns.hpp"

namespace qklab {

namespace {

struct OverviewLine {
  std::string figure, claim, rest;
};

std::vector<OverviewLine> lines_of(const FigureEnd& figure, bool color) {
  const std::string& name = figure.loaded->config.name;
  if (figure.outputs.missing > 0)
    return {{name, "-", fmt::format("not judged: {} trials have not been run", figure.outputs.missing)}};
  if (figure.outputs.verdicts.empty()) return {{name, "-", "no claims"}};
  std::vector<OverviewLine> lines;
  for (std::size_t i = 0; i < figure.outputs.verdicts.size(); ++i) {
    const Verdict& verdict = figure.outputs.verdicts[i];
    const bool short_of = falls_short(figure.loaded->claims[i], verdict);
    lines.push_back(
        {name, verdict.id,
         colored(verdict.outcome, verdict_summary(verdict), color) +
             (!short_of                                   ? ""
              : figure.loaded->claims[i].demand_confirmed ? ", falls short: it is demanded to be confirmed"
                                                          : ", falls short: it is demanded to hold")});
  }
  return lines;
}

}  // namespace

std::string overview(const std::vector<FigureEnd>& figures, bool color) {
  std::vector<OverviewLine> lines = {{"figure", "claim", "verdict"}};
  for (const FigureEnd& figure : figures)
    for (OverviewLine& line : lines_of(figure, color)) lines.push_back(std::move(line));
  std::size_t figure_width = 0, claim_width = 0;
  for (const OverviewLine& line : lines) {
    figure_width = std::max(figure_width, columns_of(line.figure));
    claim_width = std::max(claim_width, columns_of(line.claim));
  }
  std::string table;
  for (const OverviewLine& line : lines)
    table += fmt::format("{}  {}  {}\n", padded(line.figure, figure_width), padded(line.claim, claim_width),
                         line.rest);
  return table;
}

}  // namespace qklab
