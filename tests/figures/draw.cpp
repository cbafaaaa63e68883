#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <sstream>

#include "core/base/sha256.hpp"
#include "core/chart/gnuplot/gnuplot.hpp"
#include "core/figures/plot_kind.hpp"
#include "tests/support/fixture.hpp"

using namespace qklab;
using probe::contains;

namespace {

const std::string grid = "sweep: {mean: [0, 0.5], variance: {logspace: [0.01, 100, 7]}}\nseeds: 3\n";

// A contrast, an entropy, a support with its theory and a residual for every trial.
void fill(TrialRecord& trial) {
  const double mean = trial.params.real("mean"), variance = trial.params.real("variance");
  Stream stream = probe::noise(trial);
  const double contrast = 1 / (1 + variance * (1.1 - mean));
  trial.scalars = {contrast + 0.02 * stream.normal(), 3 * (1 - contrast)};
  std::vector<double> theory;
  for (int t = 0; t < 12; ++t) theory.push_back(0.5 + 0.5 * contrast * std::tanh(mean * (t - 3)));
  std::vector<double> measured = theory;
  for (double& v : measured) v += 0.02 * stream.normal();
  trial.series[0] = probe::series(measured);
  trial.series[1] = probe::series(theory);
  trial.series[2] = probe::series({1, 0.5, 0.1});
}

std::vector<std::string> rows(const std::string& csv) {
  std::vector<std::string> result;
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) result.push_back(line);
  return result;
}

}  // namespace

TEST_CASE("the CSV of a figure holds means, Student's intervals and theory") {
  const Config config = probe::config(
      "sweep: {variance: [1, 2]}\nseeds: 3\nfigures: [{plot: line, x: variance, y: contrast}, {x: position, "
      "y: support, color: variance}]\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    trial.scalars[0] = trial.params.real("variance") * 10 + trial.params.real("seed");
    trial.series[0] = probe::series({0.25, 0.5});
    trial.series[1] = probe::series({0.125, 1});
  });
  const auto figures = probe::figures(config);
  const auto lines = rows(figure_csv(figures[0], results));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "variance,contrast,low,high,seeds");
  // 10, 11, 12: mean 11, standard error 1 / sqrt(3), t(2, 0.975) = 4.302653.
  std::istringstream fields(lines[1]);
  std::vector<double> numbers;
  for (std::string field; std::getline(fields, field, ',');) numbers.push_back(std::stod(field));
  CHECK(numbers[0] == 1);
  CHECK(numbers[1] == 11);
  CHECK(std::abs(numbers[2] - (11 - 4.302652729911275 / std::sqrt(3))) <= 1e-9);
  CHECK(std::abs(numbers[3] - (11 + 4.302652729911275 / std::sqrt(3))) <= 1e-9);
  CHECK(numbers[4] == 3);
  CHECK(rows(figure_csv(figures[1], results)) ==
        std::vector<std::string>{"variance,position,support,low,high,seeds,support_theory",
                                 "1,1,0.25,0.25,0.25,3,0.125", "1,2,0.5,0.5,0.5,3,1",
                                 "2,1,0.25,0.25,0.25,3,0.125", "2,2,0.5,0.5,0.5,3,1"});
}

TEST_CASE("failed and diverged trials are left out and told, a NaN stays visible") {
  const Config config =
      probe::config("sweep: {variance: [1, 2]}\nseeds: 3\nfigures: [{x: variance, y: contrast}]\n");
  const Results results = probe::results(config, [](TrialRecord& trial) {
    const double seed = trial.params.real("seed"), variance = trial.params.real("variance");
    trial.scalars[0] = variance == 2 && seed == 2 ? probe::not_a_number : 1;
    if (variance == 1 && seed == 0) trial.status = Status::failed, trial.scalars[0] = 99;
    if (variance == 1 && seed == 1) trial.status = Status::diverged, trial.scalars[0] = 99;
  });
  const Figure figure = probe::figures(config)[0];
  CHECK(rows(figure_csv(figure, results))[1] == "1,1,nan,nan,1");
  CHECK(rows(figure_csv(figure, results))[2] == "2,nan,nan,nan,3");
  const probe::Folder folder("remarks");
  const auto remarks = draw(figure, results, folder.path.string()).remarks;
  REQUIRE(remarks.size() == 2);
  CHECK(contains(remarks[0], "1 failed trial left out"));
  CHECK(contains(remarks[1], "1 diverged trial left out"));
}

TEST_CASE("a point never averages over anything but seeds") {
  const Config config = probe::config(grid + "figures: [{x: variance, y: contrast, name: mixed}]\n");
  const Results results = probe::results(config, fill);
  try {
    figure_csv(probe::figures(config)[0], results);
    FAIL("averaged over the mean");
  } catch (const Error& error) {
    CHECK(contains(error.what(), "'mixed'"));
    CHECK(contains(error.what(), "average over mean (0, 0.5)"));
  }
}

TEST_CASE("a figure without a trial, or with one that can't stand on a log axis, is an error") {
  const Config config = probe::config(
      "sweep: {mean: [0, 1]}\nfigures: [{x: mean, y: contrast, log: x}, {x: mean, y: contrast, where: \"mean "
      "> 5\"}]\n");
  const Results results = probe::results(config, fill);
  const probe::Folder folder("log_axis");
  CHECK_THROWS_AS(draw(probe::figures(config)[0], results, folder.path.string()), Error);
  CHECK_THROWS_AS(draw(probe::figures(config)[1], results, folder.path.string()), Error);
}

TEST_CASE("every kind of plot is drawn, and drawn again to the same bytes") {
  const Config config = probe::config(
      grid +
      "figures:\n"
      "  - {name: lines, x: position, y: support, color: variance, facet: mean, title: Support}\n"
      "  - {name: few, x: layer, y: residual, color: mean, where: \"variance == 1\", log: y}\n"
      "  - {name: bands, plot: band, x: variance, y: contrast, color: mean, log: x}\n"
      "  - {name: map, plot: heatmap, x: variance, y: mean, color: entropy, log: x}\n"
      "  - {name: last, x: variance, y: support, at: last, color: mean, log: x}\n");
  const Results results = probe::results(config, fill);
  const probe::Folder first("draw_first"), second("draw_second");
  for (const Figure& figure : probe::figures(config)) {
    CAPTURE(figure.name);
    CHECK(draw(figure, results, first.path.string()).remarks.empty());
    CHECK(draw(figure, results, second.path.string()).remarks.empty());
    for (const char* suffix : {".csv", ".svg", ".pdf", ".png"}) {
      CAPTURE(suffix);
      const std::string file = first.file("figures/" + figure.name + suffix);
      CHECK(file.size() > (std::string(suffix) == ".csv" ? 100 : 2000));
      CHECK(file == second.file("figures/" + figure.name + suffix));
    }
    CHECK(contains(first.file("figures/" + figure.name + ".svg"), "</svg>"));
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(first.path / "figures"))
    files += entry.is_regular_file();
  CHECK(files == 5 * 4);  // no draft is left behind
}

TEST_CASE("labels of a config are text: to gnuplot, to SVG, to CSV") {
  const std::string hostile = "a'b\\\"c `touch x` $(touch x) <script>alert(1)</script> & _^{x} %s @";
  const Config config = probe::config(
      "figures: [{x: position, y: support, title: \"a'b\\\\\\\"c `touch x` $(touch x) "
      "<script>alert(1)</script> & _^{x} %s @\"}]\n");
  const Figure figure = probe::figures(config)[0];
  REQUIRE(figure.title == hostile);
  const probe::Folder folder("hostile");
  draw(figure, probe::results(config, fill), folder.path.string());
  const std::string svg = folder.file("figures/figure_1.svg");
  CHECK(!contains(svg, "<script>"));
  CHECK(contains(svg, "&lt;script>"));
  CHECK(contains(svg, "_^{x}"));
  CHECK(!std::filesystem::exists("x"));
}

TEST_CASE("text in single quotes ends nowhere early") {
  CHECK(gnuplot_quote("it's") == "'it''s'");
  CHECK(gnuplot_quote("a\nb\x7f") == "'a b '");
  CHECK(gnuplot_quote("\\\"`") == "'\\\"`'");
}

TEST_CASE("what gnuplot says when it fails is passed on") {
  const probe::Folder folder("gnuplot");
  write_file((folder.path / "wrong.gp").string(), "plot no_such_thing(\n");
  try {
    run_gnuplot(folder.path.string(), "wrong.gp");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(contains(error.what(), "wrong.gp"));
  }
}

TEST_CASE("bytes that are no text are shown as such, and quoted all the same") {
  CHECK(gnuplot_quote("a\xffz\xc3") == "'a\uFFFDz\uFFFD'");
  CHECK(gnuplot_quote("tab\t'\xc2\x85") == "'tab '' '");
}

TEST_CASE("a number that is none ends a line, and what stands alone is a dot") {
  const Config config = probe::config(
      "sweep: {variance: {linspace: [1, 7, 7]}}\nseeds: 2\nfigures: [{x: variance, y: contrast}, {x: "
      "variance, y: "
      "contrast, plot: band}, {x: variance, y: contrast, where: \"variance == 4\"}]\n");
  const auto svg = [&](std::size_t k, const std::function<double(double)>& contrast) {
    const Results results = probe::results(
        config, [&](TrialRecord& trial) { trial.scalars[0] = contrast(trial.params.real("variance")); });
    const probe::Folder folder("gaps");
    const Figure figure = probe::figures(config)[k];
    draw(figure, results, folder.path.string());
    return folder.file("figures/" + figure.name + ".svg");
  };
  const auto dots = [](const std::string& text) {
    const std::string dot = "<use xlink:href='#gpPt6'";
    std::size_t n = 0;
    for (std::size_t at = text.find(dot); at != std::string::npos; at = text.find(dot, at + 1)) ++n;
    return n;
  };
  for (const std::size_t kind : {0u, 1u}) {
    CHECK(dots(svg(kind, [](double v) { return v; })) == 0);
    // 1 2 _ 4 _ 6 7: two lines and a dot.
    const auto with_gaps = [](double v) { return v == 3 || v == 5 ? probe::not_a_number : v; };
    CHECK(dots(svg(kind, with_gaps)) == 1);
  }
  CHECK(dots(svg(2, [](double v) { return v; })) == 1);
}

TEST_CASE("folders may have any name") {
  const Config config =
      probe::config(grid + "figures: [{name: any, x: variance, y: contrast, color: mean}]\n");
  const Results results = probe::results(config, fill);
  for (const std::string name :
       {"a line\nend", "it's", "50% 'x' \"y\" `z` $(w)", "|cat", "latin\xe9", "new\\n #?"}) {
    CAPTURE(name);
    const probe::Folder folder("names");
    draw(probe::figures(config)[0], results, (folder.path / name).string());
    for (const char* suffix : {"csv", "svg", "pdf", "png"})
      CHECK(std::filesystem::exists(folder.path / name / "figures" / (std::string("any.") + suffix)));
  }
}

namespace {

struct Variable {
  std::string name, before;

  Variable(std::string which, const std::string& value)
      : name(std::move(which)), before(std::getenv(name.c_str()) ? std::getenv(name.c_str()) : "") {
    setenv(name.c_str(), value.c_str(), 1);
  }
  ~Variable() { before.empty() ? unsetenv(name.c_str()) : setenv(name.c_str(), before.c_str(), 1); }
};

// What `gnuplot` is, for as long as this lives: a shell script, to which the true one is $TRUE and the file
// that it is to run $script.
struct OtherGnuplot {
  probe::Folder folder{"other_gnuplot"};
  Variable path;

  explicit OtherGnuplot(const std::string& script)
      : path("PATH", folder.path.string() + ":" + std::string(std::getenv("PATH"))) {
    const std::string file = (folder.path / "gnuplot").string();
    write_file(file, "#!/bin/sh\nTRUE=$(PATH='" + path.before +
                         "' command -v gnuplot)\nfor script; do :; done\n" + script);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }
};

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a format that can't be made leaves the others, and neither drafts nor a file of before") {
  const Config config =
      probe::config(grid + "figures: [{name: part, x: variance, y: contrast, color: mean}]\n");
  const Figure figure = probe::figures(config)[0];
  const Results results = probe::results(config, fill);
  struct Case {
    const char* script;
    const char* message;
  };
  for (const Case& each :
       {Case{"grep -q pngcairo $script && { echo no picture >&2; exit 3; }\nexec $TRUE \"$@\"\n",
             "no picture"},
        Case{"grep -q pngcairo $script && kill -9 $$\nexec $TRUE \"$@\"\n", "killed by signal 9"},
        Case{"$TRUE \"$@\"\nf=$(ls -A | grep draft.png) && truncate -s 1000 $f\nexit 0\n", "no whole file"},
        Case{"grep -q pngcairo $script && exit 0\nexec $TRUE \"$@\"\n", "no whole file"}}) {
    const auto [script, message] = each;
    CAPTURE(each.script);
    const probe::Folder folder("part");
    draw(figure, results, folder.path.string());
    const OtherGnuplot other(script);
    std::string said;
    try {
      draw(figure, results, folder.path.string());
    } catch (const Error& error) {
      said = error.what();
    }
    CHECK(contains(said, "figure 'part': .png: "));
    CHECK(contains(said, message));
    CHECK(files_in(folder.path / "figures") == std::vector<std::string>{"part.csv", "part.pdf", "part.svg"});
  }
}

TEST_CASE("figures are the same whatever the user's settings are") {
  const Config config =
      probe::config(grid + "figures: [{name: same, x: variance, y: contrast, color: mean}]\n");
  const Figure figure = probe::figures(config)[0];
  const Results results = probe::results(config, fill);
  const probe::Folder plain("plain"), set("set");
  draw(figure, results, plain.path.string());
  write_file((set.path / ".gnuplot").string(), "set title 'of the user'\nset border 0\n");
  {
    const Variable a("GNUTERM", "no_such_terminal"), b("LC_ALL", "de_DE.UTF-8"), c("TZ", "Pacific/Apia"),
        d("GNUPLOT_LIB", "/nowhere"), e("GDFONTPATH", "/nowhere"), f("LC_NUMERIC", "de_DE.UTF-8"),
        g("HOME", set.path.string());
    draw(figure, results, set.path.string());
  }
  for (const char* suffix : {"csv", "svg", "pdf", "png"}) {
    CAPTURE(suffix);
    CHECK(plain.file(std::string("figures/same.") + suffix) ==
          set.file(std::string("figures/same.") + suffix));
  }
}

TEST_CASE("what is drawn already is not drawn again") {
  const auto figure = [](const std::string& more) {
    return probe::config(grid + "figures: [{name: once, x: variance, y: contrast, color: mean" + more +
                         "}]\n");
  };
  const Config config = figure(""), other_config = figure(", log: x");
  const Figure once = probe::figures(config)[0], other_spec = probe::figures(other_config)[0];
  const Results results = probe::results(config, fill);
  Results other_data = results;
  other_data.trials[0].scalars[0] += 1;
  const probe::Folder folder("once");
  const std::string directory = folder.path.string();
  const Drawn drawn = draw(once, results, directory);
  const std::string& source = drawn.source;
  const std::string png = folder.file("figures/once.png");
  CHECK(drawn.pictures.at("once.png") == sha256(png));
  const auto redraws = [&](const Figure& which, const Results& of, const std::string& known) {
    draw(once, results, directory);
    const OtherGnuplot none("exit 1\n");
    try {
      draw(which, of, directory, known, drawn.pictures);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  CHECK(!redraws(once, results, source));
  CHECK(folder.file("figures/once.png") == png);
  CHECK(redraws(once, results, ""));
  CHECK(redraws(other_spec, results, source));
  CHECK(redraws(once, other_data, source));
  draw(once, results, directory);
  std::filesystem::remove(folder.path / "figures/once.pdf");
  draw(once, results, directory, source, drawn.pictures);
  CHECK(std::filesystem::exists(folder.path / "figures/once.pdf"));
  write_file((folder.path / "figures/once.png").string(), png + "edited");
  draw(once, results, directory, source, drawn.pictures);
  CHECK(folder.file("figures/once.png") == png);
}

TEST_CASE("a baseline stands beside the metric where trials have one, and nowhere where none has") {
  const std::string figure = "figures: [{x: variance, y: contrast, color: mean, name: f";
  const Config config = probe::config(grid + figure + ", baseline: entropy}]\n");
  const Config plain = probe::config(grid + figure + "}]\n");
  const Results with = probe::results(config, fill);
  const auto header = [](const Config& of, const Results& results) {
    return rows(figure_csv(probe::figures(of)[0], results))[0];
  };
  CHECK(header(config, with) == "mean,variance,contrast,low,high,seeds,entropy");
  CHECK(header(plain, with) == "mean,variance,contrast,low,high,seeds");
  const auto drawn_of = [](const Config& of, const Results& results) {
    const probe::Folder folder("baseline");
    draw(probe::figures(of)[0], results, folder.path.string());
    return folder.file("figures/f.svg");
  };
  const std::string svg = drawn_of(config, with);
  CHECK(contains(svg, "baseline"));
  CHECK(svg != drawn_of(plain, with));
  const Results without = probe::results(config, [](TrialRecord& trial) {
    fill(trial);
    trial.scalars[1] = probe::not_a_number;
  });
  CHECK(header(config, without) == header(plain, without));
  CHECK(drawn_of(config, without) == drawn_of(plain, without));
}

TEST_CASE("theory and baseline are told apart by dashes and by their names") {
  const Config config = probe::config(
      "sweep: {variance: [1, 2]}\nfigures: [{x: position, y: support, color: variance, baseline: "
      "residual}]\n");
  Figure figure = probe::figures(config)[0];
  figure.theory_label = "floor";
  figure.baseline_label = "no attention";
  Results results = probe::results(config, fill);
  const auto page = [&] {
    return figure.plot->page(figure, *results.experiment, figure_data(figure, results));
  };
  const auto texts = [](const Page& of) {
    std::string all;
    for (const LegendEntry& entry : of.legend) all += entry.text + ", ";
    return all;
  };
  const auto lines = [](const Page& of, Stroke stroke) {
    return std::ranges::count_if(of.panels[0].layers, [stroke](const PlotLayer& layer) {
      const auto* line = std::get_if<LineLayer>(&layer);
      return line && line->stroke == stroke;
    });
  };
  CHECK(texts(page()) == "1, 2, measured, floor, no attention, ");
  CHECK(lines(page(), Stroke::dashed) == 2);
  CHECK(lines(page(), Stroke::dotted) == 1);  // both curves have the same one
  results.trials[0].series[2].value[1] = 0.75;
  CHECK(lines(page(), Stroke::dotted) == 2);
  for (TrialRecord& trial : results.trials) trial.series[1] = {};
  CHECK(texts(page()) == "1, 2, measured, no attention, ");
  for (TrialRecord& trial : results.trials) trial.series[2] = {};
  CHECK(texts(page()) == "1, 2, measured, theory, ");
}

TEST_CASE("a baseline that does not stand for one number as the metric does is refused") {
  const auto complaint = [](const std::string& keys) {
    return probe::complaints("figures: [{x: variance, y: contrast, " + keys + "}]\n");
  };
  CHECK(complaint("baseline: entropy").empty());
  CHECK(complaint("baseline: none").empty());
  CHECK(contains(complaint("baseline: entropie"), "entropy"));
  CHECK(contains(complaint("baseline: support"), "must both be scalars or both series"));
}
