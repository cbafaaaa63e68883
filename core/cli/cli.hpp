// The command line: one file per verb, and each adds its verb to the program.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace qklab {

enum ExitCode { exit_done = 0, exit_failed = 1, exit_bad_input = 2, exit_busy = 75, exit_interrupted = 130 };

// The exit code, which each verb's callback sets.
using Exit = int;

// `sbatch_options`: what follows -- on the command line.
void add_launch(CLI::App& app, Exit& exit, const std::vector<std::string>& sbatch_options);
void add_completion(CLI::App& app, Exit& exit);
void add_diff(CLI::App& app, Exit& exit);
void add_query(CLI::App& app, Exit& exit);
void add_watch(CLI::App& app, Exit& exit);
void add_serve(CLI::App& app, Exit& exit);
void add_merge(CLI::App& app, Exit& exit);
void add_list(CLI::App& app, Exit& exit);
void add_ls(CLI::App& app, Exit& exit);
void add_describe(CLI::App& app, Exit& exit);
void add_run(CLI::App& app, Exit& exit);
void add_confirm(CLI::App& app, Exit& exit);
void add_status(CLI::App& app, Exit& exit);
void add_export(CLI::App& app, Exit& exit);
void add_trace(CLI::App& app, Exit& exit);
void add_audit(CLI::App& app, Exit& exit);
void add_verify(CLI::App& app, Exit& exit);
void add_reproduce(CLI::App& app, Exit& exit);
void add_report(CLI::App& app, Exit& exit);
void add_replay(CLI::App& app, Exit& exit);
void add_new(CLI::App& app, Exit& exit);
void add_schema(CLI::App& app, Exit& exit);
void add_bench(CLI::App& app, Exit& exit);
void add_spectrum(CLI::App& app, Exit& exit);

}  // namespace qklab
