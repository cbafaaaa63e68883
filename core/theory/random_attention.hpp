// Singular values of a random softmax attention matrix, and of products of such matrices, for large T.
//
// Model: A = softmax over rows of T x T logits that are independent N(0, v). The entries e^w have mean m and
// standard deviation s with (s/m)^2 = e^v - 1 =: sigma^2, and A is a random Markov matrix. Bordenave, Caputo
// and Chafai (2012, Circular law theorem for random Markov matrices, theorems 1.1 to 1.3): the largest
// singular value tends to 1, and those of sqrt(T) A otherwise follow the quarter circle on [0, 2 sigma].
//
// Since A 1 = 1, the part B = A - 1 1^T / T has B 1 = 0, so a product A_l ... A_1 is a matrix of rank one
// with equal rows plus exactly B_l ... B_1. The bulk of a product of k independent square matrices follows
// the Fuss-Catalan law (Penson and Zyczkowski 2011, Physical Review E 83, 061118): its squares have mean 1,
// second moment k + 1 and upper edge (k+1)^(k+1) / k^k, in units of the product of variances.
#pragma once

namespace qklab {

// sigma^2 = e^v - 1: variance of an attention weight over its squared mean.
double weight_variance(double logit_variance);

// The upper edge of A's bulk: 2 sigma / sqrt(T). It is both the second singular value of A and the first of A
// - 1 1^T / T.
double attention_bulk_edge(double length, double logit_variance);

// Upper edge of the squared singular values of a product of k >= 1 square matrices with entries of variance
// 1/T.
double product_edge(double factors);

// Stable rank |X|_F^2 / |X|_2^2 after `layers` attention layers without their outliers: T k^k / (k+1)^(k+1)
// with k = `factors` matrices in all (attention, and values if there are any). T / 4 for one matrix.
double bulk_stable_rank(double length, double factors);

// The same with the outliers: 1 + T (sigma^2 / T)^layers, to first order, for layers >= 1.
double outlier_stable_rank(double length, double logit_variance, double layers);

// Stable rank minus 1 of the tokens' Gram matrix X X^T, with the outliers:
// (k + 1) sigma^(4 layers) T^(1 - 2 layers). This is the rate at which rank collapses in width.
double outlier_gram_excess(double length, double logit_variance, double layers, double factors);

}  // namespace qklab
