#include "core/study/confirm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/confirm/confirming_run.hpp"
#include "core/directory/belongs.hpp"
#include "core/run/usable_cores.hpp"
#include "core/store/store_file.hpp"
#include "core/study/beforehand.hpp"

namespace qklab {
namespace {

// The exploring run as its directory records it.
Loaded read_exploring(const std::string& directory) {
  if (!std::filesystem::exists(store_path(directory)))
    throw InputError(fmt::format("{}: no run directory: it has no run.db", directory));
  const Store store(store_path(directory), Store::Mode::read);
  const ConfigSource source = store.source();
  if (source.confirming) {
    throw InputError(
        fmt::format("{}: holds reserved seeds itself: name the directory of the exploring run", directory));
  }
  Loaded loaded = load_config(source);
  if (loaded.config.confirm_seeds == 0) {
    throw InputError(
        fmt::format("{}: reserves no seeds: add 'confirm: {{seeds: 32}}' and run it again into {}, "
                    "which keeps all finished trials",
                    source.file, directory));
  }
  if (loaded.claims.empty())
    throw InputError(fmt::format("{}: makes no claims that could be confirmed", source.file));
  grow(loaded, store);
  if (const std::uint64_t missing = unfinished_trials(loaded.config.sweep, store); missing > 0) {
    throw InputError(
        fmt::format("{}: {} of {} trials of the exploring run have not been run: run {} to its end "
                    "first",
                    directory, missing, loaded.config.sweep.ids().size(), source.file));
  }
  return loaded;
}

// What the confirming directory was run with; nothing if it holds nothing yet.
std::optional<ConfigSource> source_of(const std::string& confirm) {
  if (!std::filesystem::exists(store_path(confirm))) return std::nullopt;
  try {
    const Store store(store_path(confirm), Store::Mode::read);
    if (!store.experiment()) return std::nullopt;
    ConfigSource source = store.source();
    if (!source.confirming)
      throw InputError(fmt::format("{}: is no confirming run: move it elsewhere, or give --fresh", confirm));
    return source;
  } catch (const HoldsNothing&) {
    return std::nullopt;
  }
}

Loaded load_reserved(const Loaded& exploring, std::uint64_t round, std::optional<FileIdentities> files) {
  ConfigSource source = exploring.config.source;
  source.files = std::move(files);
  source.confirming = confirming_of(exploring.config.sweep, round);
  return load_config(source);
}

// Which claim is not what it was then; "" if all are.
std::string which_claim_differs(const Loaded& then, const Loaded& now) {
  for (const Claim& claim : now.claims) {
    const auto before = std::ranges::find(then.claims, claim.id, &Claim::id);
    if (before == then.claims.end()) return fmt::format("claim '{}' was added", claim.id);
    if (before->hash != claim.hash) return fmt::format("claim '{}' was changed", claim.id);
  }
  return "";
}

// Why what was judged is not what would be run now; "" if it is the same.
std::string what_differs(const Loaded& then, const Loaded& now) {
  if (std::string claim = which_claim_differs(then, now); !claim.empty()) return claim;
  const std::uint64_t seeds = then.config.confirm_seeds;
  if (seeds != now.config.confirm_seeds)
    return fmt::format("{} seeds became {}", seeds, now.config.confirm_seeds);
  const std::vector<std::uint64_t> a = then.config.sweep.ids(), b = now.config.sweep.ids();
  return std::ranges::is_permutation(a, b) ? "" : "the trials that the claims read became others";
}

void refuse_changed_files(const Loaded& exploring, const Loaded& reserved) {
  const FileIdentities before = exploring.config.source.files.value_or(FileIdentities());
  for (const FileIdentity& now : reserved.config.source.files.value_or(FileIdentities())) {
    const FileIdentity* const then = find_file(before, now.path);
    if (then && then->sha256 == now.sha256) continue;
    throw InputError(fmt::format("{}: is another file than the exploring run has read: run {} again first",
                                 now.str(), exploring.config.source.file));
  }
}

void count_trials(const Store& exploring, ConfirmPlan& plan) {
  const std::vector<std::uint64_t> ids = plan.reserved.config.sweep.ids();
  plan.trials = plan.to_run = ids.size();
  if (source_of(plan.request.directory) && !plan.request.fresh) {
    const auto known = Store(store_path(plan.request.directory), Store::Mode::read).statuses();
    plan.to_run -= static_cast<std::uint64_t>(
        std::ranges::count_if(ids, [&](std::uint64_t id) { return known.contains(id); }));
  }
  const std::size_t jobs = plan.request.jobs > 0 ? plan.request.jobs : usable_cores();
  plan.seconds = exploring.mean_seconds() * static_cast<double>(plan.to_run) / static_cast<double>(jobs);
}

// Whoever has seen a part of the reserved seeds, as a shard of them, must not change what they are to decide.
void refuse_claims_changed_within(const ConfigSource& begun, const ConfirmPlan& plan) {
  const std::string& confirm = plan.request.directory;
  if (Store(store_path(confirm), Store::Mode::read).statuses().empty()) return;
  if (const std::string what = which_claim_differs(load_config(begun), plan.reserved); !what.empty()) {
    throw InputError(fmt::format(
        "{}: {} after some of its reserved seeds had run; they are drawn once: change it back, or --fresh "
        "draws others, which is counted",
        confirm, what));
  }
}

// The round that goes on, or begins. Its claims and trials go to `plan`.
void choose_round(const History& history, ConfirmPlan& plan) {
  const std::string& confirm = plan.request.directory;
  const std::uint64_t latest = history.rounds.empty() ? 0 : history.rounds.rbegin()->first;
  const bool fresh = plan.request.fresh && !history.rounds.empty();
  const auto source = fresh ? std::nullopt : source_of(confirm);
  const bool judged =
      !fresh && (history.is_judged(latest) || std::filesystem::exists(confirm + "/claims.json"));
  if (!judged) {
    plan.reserved = load_reserved(plan.exploring, fresh ? latest + 1 : latest, std::nullopt);
    if (source) refuse_claims_changed_within(*source, plan);
    return refuse_changed_files(plan.exploring, plan.reserved);
  }
  if (!source) {
    throw InputError(
        fmt::format("{}: its reserved seeds were judged, and are gone: --fresh draws others, which "
                    "is counted",
                    confirm));
  }
  plan.reserved = load_config(*source);
  const Loaded now =
      load_reserved(plan.exploring, source->confirming->round, plan.exploring.config.source.files);
  if (const std::string what = what_differs(plan.reserved, now); !what.empty()) {
    throw InputError(
        fmt::format("{}: {} after its reserved seeds had been judged; they are drawn once: --fresh "
                    "draws others, which is counted",
                    confirm, what));
  }
}

}  // namespace

ConfirmPlan plan_confirmation(const std::string& directory, const RunRequest& request) {
  ConfirmPlan plan{read_exploring(directory), {}, directory, request};
  plan.request.directory = confirming_directory(directory);
  const Store store(store_path(directory), Store::Mode::read);
  if (!request.mix_builds) refuse_another_build(plan.exploring.config.sweep, store, {});
  choose_round(store.history(), plan);
  plan.remarks = look_ahead(plan.reserved, plan.request);
  count_trials(store, plan);
  return plan;
}

ConfirmEnd confirm(ConfirmPlan& plan, const Listener& listener, const std::atomic<bool>& stop) {
  ConfirmEnd end;
  Store exploring(store_path(plan.directory), Store::Mode::write);
  const std::uint64_t round = plan.reserved.config.source.confirming->round;
  History history = exploring.history();
  History::Round& times = history.rounds[round];
  if (times.begun.empty()) {
    times.begun = now_utc();
    exploring.add_history(history);
  }
  end.reserved = run(plan.reserved, plan.request, listener, stop);
  if (end.reserved.outcome.interrupted) return end;
  end.judged = end.reserved.outputs.missing == 0;
  if (end.judged && times.judged.empty()) {
    times.judged = now_utc();
    exploring.add_history(history);
  }
  end.outputs = write_outputs(
      plan.exploring, exploring, plan.directory, std::nullopt,
      listener.remark ? listener.remark : [](const std::string&) {});
  return end;
}

}  // namespace qklab
