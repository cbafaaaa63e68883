#include "core/base/registry.hpp"

#include <atomic>

namespace qklab {
namespace {

// A static inside a function, since entries are added before main in any order.
std::vector<const AnyRegistry*>& registries() {
  static std::vector<const AnyRegistry*> all;
  return all;
}

std::atomic<std::size_t>& count() {
  static std::atomic<std::size_t> additions = 0;
  return additions;
}

}  // namespace

AnyRegistry::AnyRegistry(std::string plural) : noun(std::move(plural)) {
  if (!noun.empty()) registries().push_back(this);
}

std::vector<const AnyRegistry*> AnyRegistry::all() {
  std::vector<const AnyRegistry*> sorted = registries();
  std::ranges::sort(sorted, {}, &AnyRegistry::noun);
  return sorted;
}

std::size_t AnyRegistry::additions() { return count(); }
void AnyRegistry::added() { ++count(); }

}  // namespace qklab
