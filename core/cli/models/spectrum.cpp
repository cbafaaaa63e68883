#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "core/base/value.hpp"
#include "core/cli/cli.hpp"
#include "core/cli/models/spectrum_config.hpp"
#include "core/system/file.hpp"
#include "core/text/rounded.hpp"
#include "core/weights/spectra/head_report.hpp"

// Declared here, since OpenBLAS's own header conflicts with those of other BLAS packages.
extern "C" void openblas_set_num_threads(int count);

namespace qklab {

namespace {

using weights::HeadReport;

struct Column {
  const char* name;
  double (*value)(const HeadReport&);
};
// The names are part of the interface: other programs read them.
constexpr Column spectrum_columns[] = {
    {"mean", [](const HeadReport& r) { return r.spectrum.mean; }},
    {"variance", [](const HeadReport& r) { return r.spectrum.variance; }},
    {"frobenius_variance", [](const HeadReport& r) { return r.spectrum.frobenius_variance; }},
    {"spectral_norm", [](const HeadReport& r) { return r.spectrum.spectral_norm; }},
    {"effective_rank", [](const HeadReport& r) { return r.spectrum.effective_rank; }},
    {"symmetric_share", [](const HeadReport& r) { return r.spectrum.symmetric_share; }},
    {"support_contrast", [](const HeadReport& r) { return r.theory.support_contrast; }},
    {"entropy_theory", [](const HeadReport& r) { return r.theory.attention.entropy; }},
    {"self_weight_theory", [](const HeadReport& r) { return r.theory.attention.self_weight; }},
};

std::string csv_line(int layer, int head, const HeadReport& report) {
  std::string line = fmt::format("{},{}", layer, head);
  for (const Column& column : spectrum_columns) line += "," + shortest(column.value(report));
  return line + "\n";
}

std::string table_line(int layer, int head, const HeadReport& report) {
  std::string line = fmt::format("{:>5} {:>4}", layer, head);
  for (const Column& column : spectrum_columns)
    line += fmt::format(" {:>18}", rounded(column.value(report), 5));
  return line + "\n";
}

std::string spectrum_header(bool csv) {
  std::string line = csv ? "layer,head" : "layer head";
  for (const Column& column : spectrum_columns)
    line += csv ? fmt::format(",{}", column.name) : fmt::format(" {:>18}", column.name);
  return line + "\n";
}

// Says what was read; on standard error, where it does not mix with numbers.
void tell_model(const SpectrumArguments& arguments, const weights::ModelWeights& model) {
  fmt::print(stderr, "{}: layout {}, {} layers of {} heads{}, width {} of {}{}{}\n", arguments.config.file,
             model.layout(), model.layers().size(), model.heads(),
             model.groups() < model.heads() ? fmt::format(" with {} groups of keys", model.groups()) : "",
             model.width(), model.dim(), arguments.fold_norm ? ", norms folded in" : "",
             model.is_rotary() ? "; rotary positions: W_QK at relative distance 0" : "");
}

// Nothing is printed before all heads are read, so that an error stands alone.
void print_spectra(const SpectrumArguments& arguments, const weights::ModelWeights& model, bool csv) {
  openblas_set_num_threads(1);  // as in trials, so that both have the same digits
  std::string lines = spectrum_header(csv);
  for (const int layer : model.layers()) {
    for (int head = 0; head < model.heads(); ++head) {
      const HeadReport report = report_of(model.head(layer, head, arguments.fold_norm), arguments.length);
      lines += csv ? csv_line(layer, head, report) : table_line(layer, head, report);
    }
  }
  tell_model(arguments, model);
  fmt::print("{}", lines);
}

// Where the heads lie on the phase diagram, with some room about them.
PlaneArea area_of(const SpectrumArguments& arguments, const weights::ModelWeights& model) {
  PlaneArea area;
  for (const int layer : model.layers())
    for (int head = 0; head < model.heads(); ++head)
      area.include(spectrum_of(model.head(layer, head, arguments.fold_norm)));
  return area;
}

void write_config(const SpectrumArguments& arguments, const weights::ModelWeights& model,
                  const std::string& file) {
  if (std::filesystem::is_directory(arguments.config.file))
    throw InputError(
        fmt::format("{}: is a folder: a config names one file, whose content is part of the results",
                    arguments.config.file));
  if (std::filesystem::exists(file))
    throw InputError(fmt::format("{}: is there already; choose another name", file));
  write_file(file, spectrum_config(arguments, model, area_of(arguments, model)));
  fmt::print("{}: run it by  qklab run {}\n", file, file);
}

}  // namespace

void add_spectrum(CLI::App& app, Exit&) {
  struct Arguments : SpectrumArguments {
    bool csv = false;
    std::string written;
  };
  const auto all = std::make_shared<Arguments>();
  weights::WeightsConfig& config = all->config;
  CLI::App* verb = app.add_subcommand(
      "spectrum", "eigenspectra of the heads of a trained model, and what theory predicts");
  verb->add_option("model", config.file, "weights: .safetensors, .npz, or a folder of .safetensors or .npy")
      ->required()
      ->type_name("MODEL");
  verb->add_option("--layout", config.layout, "how arrays are named; `qklab list layouts`")
      ->type_name("LAYOUT");
  verb->add_option("--mapping", config.mapping, "YAML file that describes another layout")->type_name("FILE");
  verb->add_option("--prefix", config.prefix, "what stands before all names, where there are several")
      ->type_name("PREFIX");
  verb->add_option("--heads", config.heads, "heads of queries; 0: as the file or config.json beside it says")
      ->check(CLI::Range(0, 1 << 20));
  verb->add_option("--groups", config.groups, "groups of keys; 0: likewise")->check(CLI::Range(0, 1 << 20));
  verb->add_flag("--fold-norm", all->fold_norm, "fold the norm's gain and shift in");
  verb->add_option("--length", all->length, "tokens that theory is asked about")
      ->check(CLI::Range(2, 1 << 20));
  verb->add_flag("--csv", all->csv, "CSV with all digits");
  verb->add_option("--config", all->written, "write a config for figures and a report of all heads instead")
      ->type_name("FILE");
  verb->callback([all] {
    all->config.asks_neighbour = true;
    const weights::ModelWeights model(all->config);
    if (!all->written.empty()) return write_config(*all, model, all->written);
    print_spectra(*all, model, all->csv);
  });
}

}  // namespace qklab
