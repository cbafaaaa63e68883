// How often claims are decided wrongly, and how many seeds they need, by simulation.
//
//     cmake --build build/release --target verdicts && build/release/verdicts [REPETITIONS]
//
// The first table has, for ten kinds of data whose truth lies exactly at the limit, the share of false verdicts
// on both sides together. The others have the same for whole families of slices and under stopping, and the
// seeds that normal data need beside Student's t.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "core/claims/claim.hpp"
#include "core/claims/method.hpp"

namespace {

using namespace qklab;

// Draws one seed's number; the other numbers are what is true of its distribution.
struct Kind {
  const char* name;
  double (*draw)(Stream&);
  double median, mean;
  double low_tail;             // what at least `share` of seeds reach
  double share;                // how many they are, exactly
  std::optional<Range> range;  // declared, where values are bounded
};

double normal(Stream& s) { return s.normal(); }
double exponential(Stream& s) { return -std::log(s.uniform()); }
double lognormal(Stream& s) { return std::exp(s.normal()); }
double beta_9_1(Stream& s) { return std::pow(s.uniform(), 1.0 / 9); }
double plateaus(Stream& s, double share) {
  const bool upper = s.uniform() < share;
  return (upper ? 2.6 : 1.0) + 0.1 * (s.uniform() - 0.5);
}
double spearman(Stream& s) {  // of three levels, in an order that depends on nothing
  constexpr std::array<double, 6> correlations = {1, 0.5, 0.5, -0.5, -0.5, -1};
  return correlations[s.below(6)];
}
double student_3(Stream& s) {
  const double z = s.normal(), a = s.normal(), b = s.normal(), c = s.normal();
  return z / std::sqrt((a * a + b * b + c * c) / 3);
}

const std::vector<Kind> kinds = {
    {"normal", normal, 0, 0, -1.2815515655446004, 0.9, {}},
    {"exponential", exponential, std::log(2.0), 1, -std::log(0.9), 0.9, {}},
    {"lognormal", lognormal, 1, std::exp(0.5), std::exp(-1.2815515655446004), 0.9, {}},
    {"Beta(9, 1)", beta_9_1, std::pow(0.5, 1.0 / 9), 0.9, std::pow(0.1, 1.0 / 9), 0.9, Range{0, 1}},
    {"plateaus 70/30", [](Stream& s) { return plateaus(s, 0.7); }, 2.55 + 0.1 * 2 / 7, 0.7 * 2.6 + 0.3,
     0.95 + 0.1 / 3, 0.9, Range{0.5, 3}},
    {"plateaus 50/50", [](Stream& s) { return plateaus(s, 0.5); }, 1.8, 1.8, 0.97, 0.9, Range{0.5, 3}},
    {"Spearman of 3 levels", spearman, 0, 0, -0.5, 5.0 / 6, Range{-1, 1}},
    {"1 with .9, else 0", [](Stream& s) { return s.uniform() < 0.9 ? 1.0 : 0.0; }, 1, 0.9, 1, 0.9,
     Range{0, 1}},
    {"Student, 3 degrees", student_3, 0, 0, -1.6377443536962102, 0.9, {}},
    {"uniform", [](Stream& s) { return s.uniform(); }, 0.5, 0.5, 0.1, 0.9, Range{0, 1}},
};

std::vector<double> drawn(const Kind& kind, std::size_t n, Stream& stream) {
  std::vector<double> values(n);
  for (double& v : values) v = kind.draw(stream);
  return values;
}

// The two-sided p-value of one slice whose limit lies `shift` below the truth.
double p_of(const MethodKind& method, const Kind& kind, std::vector<double> values, Stream stream,
            double shift = 0) {
  double limit = (method.about == About::mean ? kind.mean : kind.median) - shift;
  if (method.about == About::share) {
    for (double& v : values) v = v >= kind.low_tail ? 1 : 0;
    limit = kind.share;
  }
  std::string why;
  const auto inference = method.make({std::move(values), kind.range, stream}, why);
  return inference ? p_value(*inference, limit, std::numeric_limits<double>::infinity()) : 1;
}

double false_verdicts(const MethodKind& method, const Kind& kind, std::size_t n, int repetitions) {
  int decided = 0;
  for (int r = 0; r < repetitions; ++r) {
    Stream stream(n, static_cast<std::uint64_t>(r), kind.name);
    const std::vector<double> values = drawn(kind, n, stream);
    decided += p_of(method, kind, values, Stream(n, static_cast<std::uint64_t>(r), "resample")) <= level;
  }
  return static_cast<double>(decided) / repetitions;
}

const std::vector<std::size_t> sizes = {4, 8, 16, 32};

void print_errors(int repetitions) {
  fmt::print("False verdicts with the truth at the limit, both sides together (stated: {})\n\n", level);
  fmt::print("| interval | data |");
  for (const std::size_t n : sizes) fmt::print(" n = {} |", n);
  fmt::print("\n|---|---|---|---|---|---|\n");
  for (const MethodKind* method : Registry<MethodKind>::all().entries()) {
    const int times = method->name == "bootstrap" ? std::max(1, repetitions / 20) : repetitions;
    for (const Kind& kind : kinds) {
      if (method->needs_range && !kind.range) continue;
      fmt::print("| {} | {} |", method->name, kind.name);
      for (const std::size_t n : sizes) fmt::print(" {:.3f} |", false_verdicts(*method, kind, n, times));
      fmt::print("\n");
      std::fflush(stdout);
    }
  }
}

// Two arms that do not differ, compared seed by seed against 0.
void print_arms(int repetitions) {
  const MethodKind& rank = Registry<MethodKind>::all().at("rank");
  fmt::print("\nThe same for two arms of the same distribution, compared against 0 by ranks\n\n| data |");
  for (const std::size_t n : sizes) fmt::print(" n = {} |", n);
  fmt::print("\n|---|---|---|---|---|\n");
  for (const Kind& kind : kinds) {
    fmt::print("| {} |", kind.name);
    for (const std::size_t n : sizes) {
      int decided = 0;
      for (int r = 0; r < repetitions; ++r) {
        Stream stream(n, static_cast<std::uint64_t>(r), kind.name);
        std::vector<double> values = drawn(kind, n, stream);
        for (double& v : values) v -= kind.draw(stream);
        std::string why;
        decided += p_value(*rank.make({values, {}, stream}, why), 0,
                           std::numeric_limits<double>::infinity()) <= level;
      }
      fmt::print(" {:.3f} |", static_cast<double>(decided) / repetitions);
    }
    fmt::print("\n");
  }
}

// All slices lie at the limit; they share nothing, or an arm against which each is compared.
void print_families(int repetitions) {
  const MethodKind& sign = Registry<MethodKind>::all().at("sign");
  fmt::print(
      "\nAny false verdict in a claim of so many slices, all at the limit, by signs (stated: {})\n\n"
      "| data | slices | n = 8 | n = 32 | n = 32, one shared arm |\n|---|---|---|---|---|\n",
      level);
  for (const Kind& kind : kinds) {
    for (const std::size_t slices : {std::size_t{20}, std::size_t{112}}) {
      fmt::print("| {} | {} |", kind.name, slices);
      for (const auto& [n, shared] : {std::pair{std::size_t{8}, false}, {32, false}, {32, true}}) {
        int any = 0;
        for (int r = 0; r < repetitions; ++r) {
          Stream stream(n, static_cast<std::uint64_t>(r), kind.name);
          const std::vector<double> arm = drawn(kind, n, stream);
          std::vector<double> p;
          for (std::size_t i = 0; i < slices; ++i) {
            std::vector<double> values = drawn(kind, n, stream);
            for (std::size_t k = 0; shared && k < n; ++k) values[k] -= arm[k];
            Kind against_zero = kind;
            if (shared) against_zero.median = 0;
            p.push_back(p_of(sign, against_zero, values, stream));
          }
          const std::vector<double> adjusted = hochberg(p);
          any += *std::min_element(adjusted.begin(), adjusted.end()) <= level;
        }
        fmt::print(" {:.3f} |", static_cast<double>(any) / repetitions);
      }
      fmt::print("\n");
    }
  }
}

// 20 and 112 claims of one slice each, four of five of them at the limit, the others far from it.
void print_discoveries(int repetitions) {
  const MethodKind& sign = Registry<MethodKind>::all().at("sign");
  fmt::print(
      "\nShare of false verdicts among those with a false discovery rate of at most {}\n\n"
      "| data | claims | n = 16 |\n|---|---|---|\n",
      level);
  for (const Kind& kind : kinds) {
    for (const std::size_t claims : {std::size_t{20}, std::size_t{112}}) {
      double sum = 0;
      for (int r = 0; r < repetitions; ++r) {
        Stream stream(claims, static_cast<std::uint64_t>(r), kind.name);
        std::vector<double> p;
        for (std::size_t i = 0; i < claims; ++i)
          p.push_back(p_of(sign, kind, drawn(kind, 16, stream), stream, i % 5 == 0 ? 4 : 0));
        const std::vector<double> rates = false_discovery_rate(p);
        double found = 0, wrong = 0;
        for (std::size_t i = 0; i < claims; ++i) {
          if (!(rates[i] <= level)) continue;
          ++found;
          wrong += i % 5 != 0;
        }
        sum += found > 0 ? wrong / found : 0;
      }
      fmt::print("| {} | {} | {:.3f} |\n", kind.name, claims, sum / repetitions);
    }
  }
}

// 8 seeds, then twice as many as long as nothing is decided, up to 128: p-values count the five looks.
void print_stopping(int repetitions) {
  fmt::print(
      "\nFalse verdicts with looks at 8, 16, 32, 64 and 128 seeds\n\n"
      "| data | sign, looks ignored | sign | exact | betting |\n|---|---|---|---|---|\n");
  const auto rate = [&](const char* name, const Kind& kind, double looks) {
    const MethodKind& method = Registry<MethodKind>::all().at(name);
    if (method.needs_range && !kind.range) return std::string("-");
    int decided = 0;
    for (int r = 0; r < repetitions; ++r) {
      Stream stream(128, static_cast<std::uint64_t>(r), kind.name);
      const std::vector<double> values = drawn(kind, 128, stream);
      bool any = false;
      for (std::size_t n = 8; n <= 128 && !any; n *= 2)
        any = looks * p_of(method, kind, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n)},
                           stream) <=
              level;
      decided += any;
    }
    return fmt::format("{:.3f}", static_cast<double>(decided) / repetitions);
  };
  for (const Kind& kind : kinds)
    fmt::print("| {} | {} | {} | {} | {} |\n", kind.name, rate("sign", kind, 1), rate("sign", kind, 5),
               rate("exact", kind, 5), rate("betting", kind, 5));
}

// The fewest seeds with which a claim that is true by `shift` standard deviations holds in 80 % of cases.
std::size_t seeds_needed(const MethodKind& method, const Kind& kind, double shift, int repetitions) {
  for (std::size_t n = 4; n < 400; n += std::max<std::size_t>(1, n / 32)) {
    int decided = 0;
    for (int r = 0; r < repetitions; ++r) {
      Stream stream(n, static_cast<std::uint64_t>(r), "power");
      decided += p_of(method, kind, drawn(kind, n, stream), stream, shift) <= level;
    }
    if (decided >= 0.8 * repetitions) return n;
  }
  return 400;
}

void print_power(int repetitions) {
  Kind kind = kinds.front();
  kind.range = Range{-4, 4};  // which normal data practically never leave
  fmt::print(
      "\nSeeds for a power of 80 % on normal data (betting: a range of 4 standard deviations on either "
      "side)\n\n"
      "| distance in standard deviations | t | sign | rank | bootstrap | betting "
      "|\n|---|---|---|---|---|---|\n");
  for (const double shift : {1.0, 0.7, 0.5, 0.35}) {
    fmt::print("| {} |", shift);
    for (const char* name : {"t", "sign", "rank", "bootstrap", "betting"}) {
      const int times = std::string_view(name) == "bootstrap" ? repetitions / 10 : repetitions;
      fmt::print(" {} |",
                 seeds_needed(Registry<MethodKind>::all().at(name), kind, shift, std::max(times, 20)));
      std::fflush(stdout);
    }
    fmt::print("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20000;
  print_errors(repetitions);
  print_arms(repetitions);
  print_families(repetitions / 10);
  print_discoveries(repetitions / 10);
  print_stopping(repetitions);
  print_power(repetitions / 10);
}
