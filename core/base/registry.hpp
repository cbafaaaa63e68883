// The choices of one kind, by name: optimizers, claim tests, plot kinds. Each choice is registered in the
// file that implements it, when the program starts or when a plugin is loaded. Code that lists or reads names
// asks here.
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qklab {

// `Entry` has at least a name and a one-line doc. Pointers to entries stay valid when others are added.
// Nothing is added while trials run.
template <class Entry> class Registry {
 public:
  static Registry& all() {
    static Registry registry;
    return registry;
  }

  // Throws std::logic_error if the name is taken, since the two could not be told apart.
  const Entry& add(Entry entry) {
    const auto [at, is_new] = entries_.try_emplace(std::string(entry.name), std::move(entry));
    if (!is_new) throw std::logic_error("registered twice: " + at->first);
    return at->second;
  }

  const Entry* find(std::string_view name) const {  // null where there is none
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
  }

  // Sorted by name, since the order in which files register differs from linker to linker.
  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

// Used at namespace scope: `const Registered<Optimizer> sgd({"sgd", "plain gradient descent", ...});`
template <class Entry> class Registered {
 public:
  explicit Registered(Entry entry) : entry_(Registry<Entry>::all().add(std::move(entry))) {}
  const Entry& operator*() const { return entry_; }

 private:
  const Entry& entry_;
};

}  // namespace qklab
