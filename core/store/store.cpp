#include "core/store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>

#include "core/store/store_file.hpp"
#include "core/store/store_writer.hpp"
#include "core/store/stored_trial.hpp"

namespace qklab {

struct Store::Impl {
  Impl(const std::string& path, Mode mode)
      : path(path),
        lock(mode == Mode::write ? std::make_unique<WriterLock>(path) : nullptr),
        file(mode == Mode::write ? ReadOnly{open_to_write(path), std::nullopt} : open_to_read(path)) {}

  // Must be called after reading and before the result is used.
  void check_unchanged() const {
    if (file.stamp && !(*file.stamp == FileStamp(path)))
      throw Error(fmt::format("{}: a run began to write it while it was read; try again", path));
  }

  Status status(std::string_view text) const {
    const std::optional<Status> status = parse_status(text);
    if (!status) throw Error(fmt::format("{}: is damaged: a trial's status is '{}'", path, text));
    return *status;
  }

  void scan(const Sweep& sweep, const std::function<bool(const std::string&)>& wanted,
            const std::function<void(TrialRecord&)>& visit) const;

  std::vector<Failure> failures(std::size_t limit, const char* order) const;
  std::optional<std::string> meta(std::string_view key) const;

  const Database& database() const { return file.database; }

  std::string path;
  std::unique_ptr<WriterLock> lock;
  ReadOnly file;
  std::optional<StoreWriter> writer;
};

Store::Store(const std::string& path, Mode mode) : impl_(std::make_unique<Impl>(path, mode)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

void Store::set_source(const ConfigSource& source, const std::string& experiment, int version) {
  Transaction transaction(impl_->database(), "BEGIN IMMEDIATE");
  Statement set(impl_->database(), "INSERT OR REPLACE INTO meta VALUES(?, ?)");
  const std::string overrides = nlohmann::json(source.overrides).dump();
  const std::string files = files_json(source.files.value_or(FileIdentities()));
  const auto store = [&set](std::string_view key, std::string_view value) { set.run(key, value); };
  store("file", source.file);
  store("text", source.text);
  store("preset", source.preset);
  store("overrides", overrides);
  store("files", files);
  store("experiment", experiment);
  store("declaration", source.declaration);
  store("proposals", source.proposals);
  store("confirming", source.confirming ? confirming_json(*source.confirming) : "");
  set.run(std::string_view("version"), std::int64_t{version});
  transaction.commit();
}

std::optional<std::string> Store::Impl::meta(std::string_view key) const {
  Statement get(database(), "SELECT value FROM meta WHERE key = ?");
  get.start(key);
  return get.step() ? std::optional<std::string>(get.bytes(0)) : std::nullopt;
}

std::optional<std::string> Store::experiment() const { return impl_->meta("experiment"); }

FileIdentities Store::plugins() const { return parse_files_json(impl_->meta("plugins").value_or("[]")); }

void Store::add_plugin(const FileIdentity& build) {
  FileIdentities builds = plugins();
  std::erase_if(builds, [&](const FileIdentity& known) { return known.sha256 == build.sha256; });
  builds.push_back(build);
  Statement set(impl_->database(), "INSERT OR REPLACE INTO meta VALUES('plugins', ?)");
  const std::string json = files_json(builds);
  set.run(std::string_view(json));
}

std::vector<std::string> Store::origins() const {
  return nlohmann::json::parse(impl_->meta("origins").value_or("[]")).get<std::vector<std::string>>();
}

void Store::add_origin(const std::string& origin) {
  std::vector<std::string> all = origins();
  if (std::ranges::count(all, origin) > 0) return;
  all.push_back(origin);
  Statement set(impl_->database(), "INSERT OR REPLACE INTO meta VALUES('origins', ?)");
  const std::string json = nlohmann::json(all).dump();
  set.run(std::string_view(json));
}

ConfigSource Store::source() const {
  const auto value = [&](std::string_view key) {
    const auto found = impl_->meta(key);
    if (!found) throw Error(fmt::format("{}: does not say which config it belongs to", impl_->path));
    return *found;
  };
  ConfigSource source{value("file"), value("text"), value("preset"), {}};
  source.files = parse_files_json(impl_->meta("files").value_or("[]"));
  source.declaration = impl_->meta("declaration").value_or("");
  source.proposals = impl_->meta("proposals").value_or("");
  if (const std::string json = impl_->meta("confirming").value_or(""); !json.empty())
    source.confirming = parse_confirming_json(json);
  try {
    source.overrides = nlohmann::json::parse(value("overrides")).get<std::vector<std::string>>();
  } catch (const nlohmann::json::exception& error) {
    throw Error(fmt::format("{}: its overrides cannot be read: {}", impl_->path, error.what()));
  }
  impl_->check_unchanged();
  return source;
}

History Store::history() const {
  const Transaction snapshot(impl_->database());
  History history = read_history(impl_->database());
  impl_->check_unchanged();
  return history;
}

void Store::add_history(const History& history) {
  Transaction transaction(impl_->database(), "BEGIN IMMEDIATE");
  write_history(impl_->database(), history);
  transaction.commit();
}

void Store::put(const Experiment& experiment, const std::vector<Finished>& batch) {
  if (!impl_->writer) impl_->writer.emplace(impl_->database());
  try {
    impl_->writer->put(experiment, batch);
  } catch (const DiskFull& full) {
    throw DiskFull(fmt::format("{}: {} finished trials are safe; free space and run the same command again",
                               full.what(), impl_->database().integer("SELECT count(*) FROM trials")));
  }
}

void Store::copy_to(const std::string& path) const { copy_database(impl_->database(), path); }

StoreCounts Store::counts() const {
  const Transaction snapshot(impl_->database());
  StoreCounts counts;
  Statement others(impl_->database(), "SELECT count(*) FROM trials WHERE status <> 'done' AND status = ?");
  const auto of = [&](Status status) {
    return static_cast<std::uint64_t>(others.number(name_of(status)).value_or(0));
  };
  counts.failed = of(Status::failed);
  counts.diverged = of(Status::diverged);
  counts.pruned = of(Status::pruned);
  const auto all = static_cast<std::uint64_t>(impl_->database().integer("SELECT count(*) FROM trials"));
  counts.done = all - counts.failed - counts.diverged - counts.pruned;
  impl_->check_unchanged();
  return counts;
}

double Store::mean_seconds() const {
  Statement mean(impl_->database(), "SELECT avg(seconds) FROM trials WHERE status = 'done'");
  mean.start();
  const double seconds = mean.step() ? mean.real(0) : 0;  // NULL is read as 0
  impl_->check_unchanged();
  return seconds;
}

void Store::for_each_params(const Experiment& experiment,
                            const std::function<bool(const Parameters&)>& visit) const {
  const Transaction snapshot(impl_->database());
  Statement all(impl_->database(), "SELECT params FROM trials");
  while (all.step()) {
    if (!visit(params_of_json(experiment, std::string(all.bytes(0))))) break;
  }
  impl_->check_unchanged();
}

void Store::for_each_status(const std::function<void(std::uint64_t, Status)>& visit) const {
  const Transaction snapshot(impl_->database());
  std::unordered_set<std::uint64_t> not_done;
  Statement others(impl_->database(), "SELECT id, status FROM trials WHERE status <> 'done'");
  while (others.step()) {
    const std::uint64_t id = to_id(others.integer(0));
    visit(id, impl_->status(others.bytes(1)));
    not_done.insert(id);
  }
  // Reads the index of ids, which is far smaller than the table.
  Statement all(impl_->database(), "SELECT id FROM trials");
  while (all.step()) {
    const std::uint64_t id = to_id(all.integer(0));
    if (not_done.empty() || !not_done.contains(id)) visit(id, Status::done);
  }
  impl_->check_unchanged();
}

std::unordered_map<std::uint64_t, Status> Store::statuses() const {
  std::unordered_map<std::uint64_t, Status> statuses;
  statuses.reserve(counts().done);
  for_each_status([&statuses](std::uint64_t id, Status status) { statuses.emplace(id, status); });
  return statuses;
}

std::vector<Store::Failure> Store::failures(std::size_t limit) const { return impl_->failures(limit, "ASC"); }

std::vector<Store::Failure> Store::latest_failures(std::size_t limit) const {
  std::vector<Failure> failures = impl_->failures(limit, "DESC");
  std::reverse(failures.begin(), failures.end());
  return failures;
}

std::vector<Store::Failure> Store::Impl::failures(std::size_t limit, const char* order) const {
  std::vector<Failure> failures;
  Statement find(
      database(),
      fmt::format("SELECT id, status, params, message FROM trials WHERE status IN ('failed', 'diverged') "
                  "ORDER BY trial {} LIMIT ?",
                  order));
  const auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  for (find.start(static_cast<std::int64_t>(std::min(limit, most))); find.step();) {
    failures.push_back({to_id(find.integer(0)), status(find.bytes(1)), std::string(find.bytes(2)),
                        std::string(find.bytes(3))});
  }
  check_unchanged();
  return failures;
}

namespace {

std::vector<double> doubles(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

Series series_of(const StoredTrial::Series& stored) {
  Series series{doubles(stored.index), doubles(stored.value)};
  if (stored.counted)
    for (std::size_t i = 0; i < series.value.size(); ++i) series.index.push_back(static_cast<double>(i + 1));
  return series;
}

// The index of a stored metric among the declared ones; the file may hold more metrics.
struct Slot {
  std::size_t number = 0;
  std::string member;  // for a member of a family: its own name
};
using Slots = std::unordered_map<std::int64_t, Slot>;

Slots find_slots(const Database& database, const std::vector<Metric>& metrics,
                 const std::function<const Metric*(const std::string&)>& find) {
  Slots slots;
  Statement all(database, "SELECT metric, name FROM metrics");
  while (all.step()) {
    std::string name(all.bytes(1));
    const Metric* const metric = find(name);
    if (!metric) continue;
    const auto number = static_cast<std::size_t>(metric - metrics.data());
    slots.emplace(all.integer(0), Slot{number, is_family(metric->name) ? std::move(name) : ""});
  }
  return slots;
}

}  // namespace

void Store::Impl::scan(const Sweep& sweep, const std::function<bool(const std::string&)>& wanted,
                       const std::function<void(TrialRecord&)>& visit) const {
  const Experiment& experiment = sweep.experiment();
  const Transaction snapshot(database());
  const Slots scalar_slots = find_slots(database(), experiment.scalars, [&](const std::string& name) {
    return experiment.scalar_metric(name);
  });
  const Slots series_slots = find_slots(database(), experiment.series, [&](const std::string& name) {
    return wanted(name) ? experiment.series_metric(name) : nullptr;
  });
  StoredTrialReader reader(database());
  StoredTrial stored;

  sweep.for_each([&](const TrialSpec& spec) {
    if (!reader.find(spec.id, stored)) return true;
    TrialRecord record;
    record.id = spec.id;
    record.params = spec.params;
    record.status = status(stored.status);
    record.message = stored.message;
    record.seconds = stored.seconds;
    record.scalars.assign(experiment.scalars.size(), std::numeric_limits<double>::quiet_NaN());
    record.series.resize(experiment.series.size());
    for (const auto& scalar : stored.scalars) {
      const auto slot = scalar_slots.find(scalar.metric);
      if (slot != scalar_slots.end()) record.scalars[slot->second.number] = scalar.value;
    }
    for (const auto& series : stored.series) {
      const auto slot = series_slots.find(series.metric);
      if (slot == series_slots.end()) continue;
      const auto& [number, member] = slot->second;
      (member.empty() ? record.series[number] : record.members[member]) = series_of(series);
    }
    visit(record);
    return true;
  });
  check_unchanged();
}

Results Store::load(const Sweep& sweep, const std::vector<std::string>& series) const {
  const Experiment& experiment = sweep.experiment();
  const auto is_declared = [&experiment](const std::string& name) {
    return std::ranges::count(experiment.series, name, &Metric::name) > 0;  // a family by its own name
  };
  for (const std::string& name : series)
    if (!experiment.series_metric(name) && !is_declared(name))
      throw Error(fmt::format("experiment '{}' has no series '{}'", experiment.name, name));
  const auto wanted = [&series](const std::string& name) {
    return std::ranges::any_of(series, [&name](const std::string& each) {
      return each == name || (is_family(each) && is_member(name, each));
    });
  };
  Results results;
  results.experiment = &experiment;
  results.loaded_series = series;
  impl_->scan(sweep, wanted,
              [&results](TrialRecord& record) { results.trials.push_back(std::move(record)); });
  return results;
}

void Store::for_each(const Sweep& sweep, const std::function<void(const TrialRecord&)>& visit) const {
  impl_->scan(
      sweep, [](const std::string&) { return true; }, visit);
}

std::string array_file(std::uint64_t id, std::string_view name) {
  return fmt::format("arrays/{}/{}.npy", trial_name(id), name);
}

}  // namespace qklab
