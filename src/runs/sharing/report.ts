/** What the config alone says of its shared weights: the static part of a diagnosis. No data is read. */
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import { wiringOf } from '../../config/initial-memory';
import { tensorShape } from '../../core/density/layer-shape';
import type { Parts } from '../../core/parts';
import { addOwners } from '../../core/rps/audit';
import { diagnoseAdam, diagnoseHalf } from '../../core/rps/diagnosis/rules';
import { metadataText } from '../../core/rps/metadata';
import { diagnoseWiring } from '../../core/rps/diagnosis/wiring';
import type { CountVisitor } from '../../core/rps/location-counts';
import { diagnoseStatic } from '../../core/rps/diagnosis/static';
import { spreadOut } from '../../core/rps/location-values';
import type { LocationValues } from '../../core/rps/location-values';
import type { SharingFinding, SharingReport } from '../../protocol/sharing';
import { findingText } from '../../protocol/sharing-words';
import { sharedStart } from './shared-run';
import type { SharedStart } from './shared-run';

/** Parts of the memory whose owners are told. */
const ownerBins = 200;
/** Loads that are told one by one at least; the last bin holds all above. */
const fewestLoads = 64;
const gammaBins = 40;

export interface Diagnosed extends SharedStart {
  report: SharingReport;
}

/** @throws SparseError `runs.not-sharing`, `rps.*` */
export function* staticReport(config: Config, plan: NetworkPlan): Parts<Diagnosed> {
  const start = yield* sharedStart(config, plan);
  const { run, memory } = start;
  yield;
  const { sharing, scales } = run;
  const factors = scales.inverse && spreadOut(scales.inverse, sharing.m);
  const largest = new Float64Array(sharing.layers.length).fill(factors ? 0 : 1);
  const owners = new Uint32Array(sharing.layers.length * ownerBins);
  const also: CountVisitor = (layer, places, times, size) => {
    addOwners(owners, { bins: ownerBins, m: sharing.m }, layer, places, times, size);
    if (factors)
      for (let k = 0; k < size; k++) if (factors[places[k]] > largest[layer]) largest[layer] = factors[places[k]];
  };
  const { figures, findings } = yield* diagnoseStatic(run, memory, { known: start.sums, also });
  const { audit, gamma, sums, normRatio } = figures;
  const { dense, bytes } = plan.sharing!;
  const { method, mapping, scope, compression, scaler, initStd } = config.sharing!;
  const wiring = wiringOf(sharing, config.sharing!);
  const report: SharingReport = {
    ...{ method, mapping, scope, compression, scaler },
    ...(initStd !== undefined && { initStd }),
    learningRate: run.optimizer.learningRate,
    ...{ n: sharing.n, m: sharing.m, dense, bytes },
    layers: sharing.layers.map((layer, l) => {
      const { name, weights, offset, deviation } = layer;
      const lambda = scales.lambda[l] * largest[l];
      const collisions = audit.collisions[l] / weights;
      return {
        name,
        shape: tensorShape(layer),
        weights,
        offset,
        deviation,
        lambda,
        normRatio: normRatio[l],
        collisions,
      };
    }),
    load: {
      of: loadBins(audit.loads, audit.mean),
      ...{ mean: audit.mean, max: audit.max, unused: audit.unused / sharing.m, cv: audit.cv },
    },
    gamma: { ...histogram(sums.squares), mean: gamma.mean, median: gamma.median, max: gamma.max },
    owners: { bins: ownerBins, counts: Array.from(owners) },
    findings: inOrder(
      [
        ...findings,
        ...diagnoseAdam(run),
        diagnoseHalf(run, figures),
        ...diagnoseWiring(wiring, metadataText(wiring)),
      ].map(findingText),
    ),
    tested: [],
  };
  return { ...start, report };
}

/** By number; of one number as they were found. */
export const inOrder = (findings: readonly SharingFinding[]): SharingFinding[] =>
  [...findings].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

function loadBins(loads: readonly number[], mean: number): number[] {
  const most = Math.max(fewestLoads, Math.ceil(mean + 6 * Math.sqrt(mean)));
  if (loads.length <= most + 1) return [...loads];
  return [...loads.slice(0, most), loads.slice(most).reduce((a, b) => a + b)];
}

/** Of used locations; even where all are within a decade, else even in the logarithm. */
function histogram(gamma: LocationValues): { edges: number[]; counts: number[] } {
  let [least, most] = [Infinity, 0];
  for (const value of gamma.values) {
    if (value > 0) least = Math.min(least, value);
    most = Math.max(most, value);
  }
  // Differences of rounding are none.
  const same = most - least <= 1e-9 * most;
  if (same) [least, most] = [0.95 * least, 1.05 * most];
  const bins = same ? 1 : gammaBins;
  const wide = most > 10 * least;
  const edge = (k: number): number =>
    wide ? least * (most / least) ** (k / bins) : least + ((most - least) * k) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, k) => edge(k));
  const counts = new Array<number>(bins).fill(0);
  const range = wide ? Math.log(most / least) : most - least;
  for (let k = 0, from = 0; k < gamma.values.length; k++) {
    const to = gamma.ends ? gamma.ends[k] : k + 1;
    const value = gamma.values[k];
    const share = (wide ? Math.log(value / least) : value - least) / range;
    if (value > 0) counts[Math.min(bins - 1, Math.max(0, Math.floor(share * bins)))] += to - from;
    from = to;
  }
  return { edges, counts };
}
