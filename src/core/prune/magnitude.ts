/** Magnitude pruning (Han et al. 2015; eoi.md 3.2): |w|, one per weight; higher is kept, globally or per layer. */
export function magnitudeScores(weights: Float32Array): Float32Array<ArrayBuffer> {
  const scores = new Float32Array(weights.length);
  for (let i = 0; i < scores.length; i++) scores[i] = Math.abs(weights[i]);
  return scores;
}
