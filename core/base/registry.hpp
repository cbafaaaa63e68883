// The choices of one kind, by name: optimizers, tests of claims, kinds of plots. Each is registered in the
// file that implements it, when the program starts or when a plugin is loaded; whatever lists or reads names
// asks here.
#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qklab {

// `Entry` has at least a name and a one-line doc. Places of entries stay valid when others are added. Nothing
// is added while trials run.
template <class Entry> class Registry {
 public:
  static Registry& all() {
    static Registry registry;
    return registry;
  }

  // Throws std::logic_error for a name that is there already, since the two could not be told apart.
  const Entry& add(Entry entry) {
    if (find(entry.name)) throw std::logic_error("registered twice: " + std::string(entry.name));
    return entries_.emplace_back(std::move(entry));
  }

  const Entry* find(std::string_view name) const {  // null where there is none
    for (const Entry& entry : entries_)
      if (entry.name == name) return &entry;
    return nullptr;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) names.emplace_back(entry.name);
    return names;
  }

  const std::deque<Entry>& entries() const { return entries_; }

 private:
  std::deque<Entry> entries_;
};

// At namespace scope: `const Registered<Optimizer> sgd({"sgd", "plain gradient descent", ...});`
template <class Entry> class Registered {
 public:
  explicit Registered(Entry entry) : entry_(Registry<Entry>::all().add(std::move(entry))) {}
  const Entry& operator*() const { return entry_; }

 private:
  const Entry& entry_;
};

}  // namespace qklab
