/**
 * The hash of every mapping and of the signs: counter-based, so that any range of a layer can be computed by itself, in
 * any order, and 32-bit, so that other tools can repeat it (`examples/pytorch/recover_rps.py` does).
 */

/** MurmurHash3's 32-bit finaliser (Appleby, public domain): every bit of the input reaches every bit of the output. */
const mix = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** 32 bits, signed, of a key and a word; for each key it permutes the words. Chain it for more words. */
export const hash = (key: number, word: number): number => mix((Math.imul(mix(word ^ key), 0x9e3779b1) + key) | 0);

/** What a hash is used for: so that signs know nothing of locations. */
const uses = { locations: 0x6c6f6361, signs: 0x7369676e } as const;

/** The key of a seed, any whole number from 0 to 2^53 - 1, and a use. */
export const keyOf = (seed: number, use: keyof typeof uses): number =>
  hash(hash(uses[use], seed | 0), Math.floor(seed / 2 ** 32));
