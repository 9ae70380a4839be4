/**
 * Formula and source of the words of `sharing`. q counts all shared weights of the network, h(q) is the location of
 * weight q in the memory of m numbers, g(q) its sign, sigma_l the deviation its layer l begins with, s the deviation of
 * the memory, n_j how many weights share location j, A_j and B_j the sums of lambda and lambda^2 over them.
 */
import type { MethodFacts } from './method-facts';

export const stablePaper =
  'Desai, Shrivastava, "In defense of parameter sharing for model-compression" (ICLR 2024, arXiv 2310.11611)';
const roastPaper = 'Desai, Zhou, Shrivastava, "Hardware-Aware Compression with ROAST Hashing" (ICML 2023)';
const hashedPaper = 'Chen et al., "Compressing Neural Networks with the Hashing Trick" (ICML 2015)';
const robePaper = 'Desai, Chou, Shrivastava, "Random Offset Block Embedding (ROBE)" (MLSys 2022)';
const publicCode = 'public code of Desai and Shrivastava (FakeRoast)';

type Facts = Readonly<Record<string, MethodFacts>>;

export const sharingFacts: Facts = {
  hashednet: { formula: 'w_q = g(q) lambda_l psi_h(q), of layer l alone', source: hashedPaper },
  roast: { formula: 'w_q = g(q) lambda_l psi_h(q), lambda_l = sigma_l / s', source: roastPaper },
  'stable-rps': {
    formula: 'w_q = g(q) sigma_l / sqrt(sum of sigma^2 over the sharers) phi_h(q)',
    source: `${stablePaper}; that its course does not depend on s is derived here`,
  },
};

export const scopeFacts: Facts = {
  global: { formula: 'm = floor(n / compression)', source: roastPaper },
  local: { formula: 'm_l = max(1, floor(n_l / compression))', source: hashedPaper },
};

export const mappingFacts: Facts = {
  random: { formula: 'h(q) = hash(q) mod m', source: `the comparator of the ${publicCode}` },
  hashednet: { formula: 'h(q) = hash(layer, row, column) mod m', source: hashedPaper },
  roast: { formula: 'h(q) = hash(layer, tile) + place of q in its tile', source: roastPaper },
  robe: { formula: 'h(q) = hash(layer, row, floor(column / chunk)) + column mod chunk', source: robePaper },
  fold: {
    formula: 'h(q) = (hash(floor(q / m)) + q) mod m',
    source: `RANDOMFOLD of ${stablePaper}`,
  },
};

export const scalerFacts: Facts = {
  none: { formula: 'scale_j = 1', source: roastPaper },
  v1: { formula: 'scale_j = A_j^2 / n_j', source: publicCode },
  v2: { formula: 'scale_j = A_j', source: publicCode },
  v3: { formula: 'scale_j = A_j / n_j', source: publicCode },
  v4: { formula: 'scale_j = sqrt(B_j)', source: publicCode },
  theory: {
    formula: 'scale_j = B_j = Gamma_j',
    source: `v5 of the ${publicCode}; the bound it keeps is derived here: lambda_max(Q^T H Q) <= lambda_max(H)`,
  },
};

/** What the other keys of `sharing` come from. */
export const sharingKeyFacts = {
  compression: { formula: 'compression = n / m', source: stablePaper },
  tile: { source: `${roastPaper}: 32 x 32 in its experiments' public code` },
  aligned: { formula: 'hash(tile) is a multiple of the tile', source: "Sparsescope's own: public code does not align" },
  chunk: { source: robePaper },
  initStd: { formula: 'lambda_l = sigma_l / s', source: `${roastPaper}: 0.04 in its public code` },
  compat: { formula: 'psi ~ U(-s, s), so that the weights begin with sigma_l / sqrt(3)', source: publicCode },
  include: { source: 'module-limit-size and do-not-roast of the public code' },
} as const satisfies Facts;
