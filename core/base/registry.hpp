// The choices of one kind, by name: optimizers, claim tests, plot kinds. Each choice is added by the file
// that implements it, when the program starts or when a plugin is loaded (core/schema/plugin.hpp). Code that
// lists or reads names asks here.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"

namespace qklab {

// The `place` of an entry that has none. Lists show entries by place, and entries of one place by name, since
// the order in which files add entries differs from linker to linker.
inline constexpr int last_place = 1000;

struct Listed {
  std::string name, doc;
};

// The part of a registry that does not depend on the type of its entries.
class AnyRegistry {
 public:
  AnyRegistry(const AnyRegistry&) = delete;
  AnyRegistry& operator=(const AnyRegistry&) = delete;

  const std::string noun;  // "optimizers", for `qklab list`
  virtual std::vector<Listed> listed() const = 0;

  // All registries of kinds that have a noun, sorted by noun.
  static std::vector<const AnyRegistry*> all();
  // Grows whenever an entry is added to any registry: everything derived from the names must then be derived
  // again.
  static std::size_t additions();

 protected:
  explicit AnyRegistry(std::string noun);
  ~AnyRegistry() = default;
  static void added();
};

// `Entry` has at least a name and a one-line doc. It may have a place, and static members `kind` and `noun`:
// what messages call one entry, and what lists call all of them. Pointers to entries stay valid when others
// are added. Nothing is added while trials run.
template <class Entry> class Registry final : public AnyRegistry {
 public:
  static Registry& all() {
    static Registry registry;
    return registry;
  }

  // Throws Error if the name is taken, since the two could not be told apart.
  const Entry& add(Entry entry) {
    if (find(entry.name)) throw Error(kind() + " '" + std::string(entry.name) + "' is registered already");
    const Entry* own = &entries_.emplace_back(std::move(entry));
    order_.insert(std::ranges::upper_bound(order_, key(own), {}, key), own);
    added();
    return *own;
  }

  const Entry* find(std::string_view name) const {  // null if there is none
    for (const Entry* each : order_)
      if (each->name == name) return each;
    return nullptr;
  }
  // Throws InputError with the nearest name if there is none.
  const Entry& at(std::string_view name) const {
    if (const Entry* found = find(name)) return *found;
    const std::vector<std::string> known = names();
    std::string message = "no " + kind() + " '" + std::string(name) + "'" + did_you_mean(name, known);
    for (const std::string& each : known) message += (each == known.front() ? "; there are " : ", ") + each;
    throw InputError(message);
  }

  const std::vector<const Entry*>& entries() const { return order_; }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Entry* each : order_) names.emplace_back(each->name);
    return names;
  }
  std::vector<Listed> listed() const override {
    std::vector<Listed> all;
    for (const Entry* each : order_) all.push_back({std::string(each->name), std::string(each->doc)});
    return all;
  }
  static std::string kind() {
    if constexpr (requires { Entry::kind; }) {
      return Entry::kind;
    } else {
      return "choice";
    }
  }

 private:
  Registry() : AnyRegistry(plural()) {}
  static std::string plural() {
    if constexpr (requires { Entry::noun; }) {
      return Entry::noun;
    } else {
      return "";
    }
  }
  static std::pair<int, std::string_view> key(const Entry* entry) {
    if constexpr (requires { entry->place; }) {
      return {entry->place, entry->name};
    } else {
      return {last_place, entry->name};
    }
  }

  std::deque<Entry> entries_;
  std::vector<const Entry*> order_;
};

}  // namespace qklab
