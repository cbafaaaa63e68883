// Example of a program that runs a sweep with the library: loads a YAML file, overrides an axis, and prints
// progress, verdicts and a curve. Usage: run_a_sweep CONFIG DIRECTORY
#include <cstdio>
#include <cstdlib>

#include "core/study/study.hpp"

int main(int argc, char** argv) try {
  if (argc != 3) throw qklab::InputError("usage: run_a_sweep CONFIG DIRECTORY");
  qklab::Study study = qklab::Study::of_config(argv[1], {"mean=0,0.5"}, "smoke", argv[2]);

  const qklab::RunEnd end = study.run({.jobs = 2}, {.progress = [](const qklab::Progress& now) {
                                        std::fprintf(stderr, "%llu of %llu trials\n",
                                                     static_cast<unsigned long long>(now.finished()),
                                                     static_cast<unsigned long long>(now.total));
                                      }});
  for (const qklab::Verdict& verdict : end.outputs.verdicts)
    std::printf("%s: %s\n", verdict.id.c_str(), std::string(name_of(verdict.outcome)).c_str());

  const qklab::Results results = study.results({"support"});
  const qklab::Series& support = series_of(results, results.trials.front(), "support");
  for (std::size_t i = 0; i < support.index.size(); ++i)
    std::printf("%g,%.17g\n", support.index[i], support.value[i]);
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return EXIT_FAILURE;
}
