/**
 * Formula and source of each word of a config that names a method, and of the settings of methods: for hovers,
 * completions and the docs page. Of layer l, W is the weight (out, in), N_l its weights, d_l its density, d that of the
 * network; f(t) is the drop fraction at step t of T.
 */

export interface MethodFacts {
  /** As it is computed here, in plain characters. */
  formula?: string;
  /** Paper and place; where no public source states it, that is said. */
  source: string;
}

type Facts<Word extends string = string> = Readonly<Record<Word, MethodFacts>>;

const rigging = 'Evci et al., "Rigging the Lottery" (ICML 2020)';
const nowak = 'Nowak et al., "Sparser, Better, Deeper, Stronger" (arXiv 2406.01755)';
const publicCode = `public code of ${nowak}`;
const schoenholz = 'Schoenholz et al., "Deep Information Propagation" (ICLR 2017)';
const signal = 'Lee et al., "A Signal Propagation Perspective for Pruning" (ICLR 2020)';
const saoPaper = 'Esguerra et al., "Sparsity-Aware Orthogonal Initialization" (IEEE Access 2023)';
const synflowPaper = 'Tanaka et al., "Pruning neural networks without any data" (NeurIPS 2020), algorithm 1';
const zhu = 'Zhu, Gupta, "To prune, or not to prune" (2017), equation 1';
const xiao = 'Xiao et al., "Dynamical Isometry and a Mean Field Theory of CNNs" (ICML 2018)';

export const distributionFacts: Facts = {
  uniform: { formula: 'd_l = d', source: `${rigging}, section 3` },
  'uniform-plus': {
    formula: 'd_first convolution = 1, d_last linear >= 0.2, the others alike',
    source: 'Gale, Elsen, Hooker, "The State of Sparsity" (2019)',
  },
  er: {
    formula: 'd_l = min(1, e (out + in) / (out in)), e such that the total is d',
    source: 'Mocanu et al., "Scalable training of artificial neural networks" (2018)',
  },
  erk: {
    formula: 'd_l = min(1, e (out + in + kh + kw) / (out in kh kw)), e such that the total is d',
    source: `${rigging}, section 3`,
  },
  balanced: {
    formula: 'd_l N_l = min(N_l, k), k the same for all layers',
    source: `named in ${nowak} without a formula that is public: this reading is Sparsescope's own`,
  },
  random: { formula: 's ~ U(0, 1)', source: 'the comparator that every score has to beat' },
  magnitude: { formula: 's = |w|', source: 'Han et al., "Learning both Weights and Connections" (NeurIPS 2015)' },
  snip: { formula: 's = |w dL/dw|', source: 'Lee, Ajanthan, Torr, "SNIP" (ICLR 2019), section 4.1' },
  grasp: {
    formula: 's = w (H g), logits divided by 200; the largest are kept',
    source: 'Wang, Zhang, Grosse, "Picking Winning Tickets" (ICLR 2020), equation 8',
  },
  synflow: {
    formula: "s = |w dR/dw|, R = 1' |W_L| ... |W_1| 1; after round i of n, d^(i/n) is kept",
    source: synflowPaper,
  },
};

export const initFacts: Facts = {
  base: { formula: 'W = mask * base', source: `the comparator of ${nowak}` },
  ai: {
    formula: "minimise the sum over layers of ||W W' - sigma_w^2 I||_F, by the weights kept",
    source: `${signal}, section 4`,
  },
  sao: {
    formula: 'W = sigma_w (rows of orthogonal c x c blocks), c the degree',
    source: saoPaper,
  },
  eoi: {
    formula: 'W = sigma_w I G(i_1, j_1, a_1) ... G(i_t, j_t, a_t), t where the density is reached',
    source: nowak,
  },
  eis: {
    formula: 'H as with eoi at the centre of the kernel; kept: whole kernels where H is not 0',
    source: publicCode,
  },
};

export const baseFacts: Facts = {
  orthogonal: {
    formula: "W W' = sigma_w^2 I on the shorter side, uniform (Haar)",
    source: 'Saxe, McClelland, Ganguli (ICLR 2014)',
  },
  'kaiming-normal': { formula: 'w ~ N(0, 2 sigma_w^2 / fan-in)', source: 'He et al. (ICCV 2015)' },
  'xavier-normal': { formula: 'w ~ N(0, 2 sigma_w^2 / (fan-in + fan-out))', source: 'Glorot, Bengio (AISTATS 2010)' },
  'lecun-normal': { formula: 'w ~ N(0, sigma_w^2 / fan-in)', source: 'LeCun et al., "Efficient BackProp" (1998)' },
  'delta-orthogonal': { formula: 'K[centre] = sigma_w Q, else 0; Q uniform (Haar)', source: `${xiao}, algorithm 2` },
  'conv-orthogonal': {
    formula: 'K = sigma_w Q * (P_1, I - P_1) * ... * (P_k, I - P_k), in turn down and across',
    source: `${xiao}, algorithm 1`,
  },
};

export const updateFacts: Facts = {
  static: { source: 'the comparator of the others' },
  set: {
    formula: 'drop the floor(f(t) kept) smallest |w| of each layer, grow as many of all then inactive at random',
    source: 'Mocanu et al. (2018)',
  },
  rigl: {
    formula:
      'drop the floor(f(t) kept) smallest |w| of each layer, grow as many of all then inactive by largest |dL/dw|',
    source: `${rigging}, algorithm 1`,
  },
  'gradual-magnitude': {
    formula: 'density(t) = d + (1 - d) (1 - t/T)^3',
    source: zhu,
  },
  'one-shot': { formula: 'density(T) = d, by |w| over the network', source: `the dense comparator of ${nowak}` },
};

export const gainFacts: Facts = {
  critical: {
    formula: "q = sigma_w^2 E[phi(sqrt(q) z)^2] + sigma_b^2, chi_1 = sigma_w^2 E[phi'(sqrt(q) z)^2] = 1",
    source: `${schoenholz}, equations 3 and 5`,
  },
};

export const scheduleFacts: Facts = {
  constant: { formula: 'f(t) = a', source: 'default of the public code of Evci et al. (google-research/rigl)' },
  cosine: { formula: 'f(t) = a/2 (1 + cos(pi t/T))', source: `${rigging}, section 3` },
  'inverse-power': { formula: 'f(t) = a (1 - t/T)^3', source: `the power is that of ${zhu}` },
};

export const fanFacts: Facts = {
  dense: { formula: 'fan-in = in kh kw, fan-out = out kh kw, of one group', source: 'Glorot, Bengio (AISTATS 2010)' },
  sparse: {
    formula: 'fan-in of an output = weights kept into it, fan-out of an input = weights kept out of it',
    source: 'Evci et al., "Gradient Flow in Sparse Neural Networks" (AAAI 2022), section 3',
  },
};

export const angleFacts: Facts = {
  uniform: { formula: 'a ~ U[0, 360)', source: `${publicCode}; Appendix G compares it with fixed angles` },
};

export const convDensityFacts: Facts = {
  'as-given': { formula: 'd_H = d_l', source: `${publicCode}: its convolutional networks of 1000 layers` },
  'more-nonzeros': {
    formula: 'd_H = min(d_l k, 1, sqrt(d_l)), k the places of the kernel',
    source: `${publicCode}: its ResNets, VGG and EfficientNet`,
  },
};

/** What keys other than those of a method's name come from. */
export const settingFacts = {
  bias: { formula: 'b ~ N(0, sigma_b^2)', source: schoenholz },
  pattern: {
    formula: 'IoU = |kept and wanted| / |kept or wanted|',
    source: "Sparsescope's own: no public source states a method",
  },
  aiIterations: {
    formula: "W <- W - r d/dW ||W W' - sigma_w^2 I||_F at the weights kept, r the learning rate",
    source: `${signal}: 10,000 in its public code; 1,000 in that of ${nowak} for networks of 1000 layers`,
  },
  aiLearningRate: { source: `${signal}: 0.1 in its public code` },
  saoDegree: { formula: 'd_l = degree / max(out, in)', source: saoPaper },
  synflowIterations: { formula: 'after round i of n, d^(i/n) is kept', source: synflowPaper },
  updateEvery: { source: `${rigging}: 100 steps in its public code` },
  dropFraction: { formula: 'f(0) = a', source: `${rigging}: 0.3 in its public code` },
  updateUntil: { formula: 'T = until x steps', source: `${rigging}: 0.77 of the steps on CIFAR-10 in its public code` },
} as const satisfies Facts;
