// How concentrated softmax over random scores is, of which one, the query's own, has another distribution.
//
// The scores of a query on other tokens are independent, and the score on itself is planted: a random energy
// model with one known state. All of the following are exact for any number of keys (docs/theory.md has the
// derivation). With x = u e^s, u = e^w; phi = E exp(-x) of the other scores, phi_0 of the planted one, and
// likewise for the rest; n keys; g(z) = z^(n-1):
//     density of weights  D(w) = E_0[x e^-x] g(phi) + E[x e^-x] phi_0 g'(phi),   int D dw = 1
//     E log Z  = -gamma - int w D(w) dw
//     E sum p s = int E_0[s x e^-x] g(phi) + E[s x e^-x] phi_0 g'(phi) dw,   entropy = E log Z - E sum p s
//     E p_0    = int E_0[x e^-x] g(phi) dw
//     E sum p^2 = int E_0[x^2 e^-x] g(phi) + E[x^2 e^-x] phi_0 g'(phi) dw
//     E 1 / sum p^2 = 1 + int A^2 chi_0 g''(chi) + 2 A A_0 g'(chi) dw, with y = e^(w + 2 s), chi = E e^-y and
//                     A = E sqrt(y) e^-y
// A mean over queries that see 1 .. T keys replaces g by (1/T) sum_n z^(n-1).
#pragma once

#include <cstddef>

#include "core/theory/scores/score_law.hpp"

namespace qklab {

struct PlantedScores {
  ScoreLaw others;
  ScoreLaw planted;
};

struct RandomEnergy {
  double entropy = 0;        // E -sum p log p, nats
  double self_weight = 0;    // E p_0, the planted key's weight
  double participation = 0;  // E 1 / sum p^2
  double collision = 0;      // E sum p^2
  double total = 0;          // E sum p by the same quadrature, which must be 1
};

// Of a query that sees `keys` keys, itself among them. Errors are below 1e-8 for up to 1e6 keys. Throws Error where keys is 0 or a law is not finite.
RandomEnergy random_energy(const PlantedScores& scores, std::size_t keys);
// The mean over queries that see 1, 2, .. `length` keys.
RandomEnergy causal_random_energy(const PlantedScores& scores, std::size_t length);

// The leading order for many normal scores of variance v (Derrida 1981; Bovier, Kurkova and Lowe 2002, Annals
// of Probability 30, 605).
enum class RandomEnergyPhase {
  spread,     // v < 2 log n: no key keeps a share of the weight, entropy log n - v / 2; uniform where v = 0
  condensed,  // v > 2 log n: a few keys hold it; E sum p^2 = 1 - m, m = sqrt(2 log n / v)
  self,       // the planted score exceeds the log of the others' sum: entropy 0
};
struct RandomEnergyLimit {
  RandomEnergyPhase phase = RandomEnergyPhase::spread;
  double log_partition = 0;  // of the others: log n + v / 2, or sqrt(2 v log n) once condensed
  double entropy = 0;    // nats; condensed: psi(1) - psi(1 - m), which is that of Poisson-Dirichlet (m, 0)
  double collision = 0;  // E sum p^2; spread: 0
};
// keys >= 2; the laws' numbers of dimensions do not count.
RandomEnergyLimit random_energy_limit(const PlantedScores& scores, std::size_t keys);

}  // namespace qklab
