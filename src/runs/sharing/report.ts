/** What the config alone says of its shared weights: the static part of a diagnosis. No data is read. */
import type { NetworkPlan } from '../../config/plan';
import type { Config } from '../../config/types';
import { wiringOf } from '../../config/initial-memory';
import { tensorShape } from '../../core/density/layer-shape';
import type { Parts } from '../../core/parts';
import { Owners } from '../../core/rps/audit';
import type { Gammas } from '../../core/rps/diagnosis/gammas';
import { diagnoseAdam, diagnoseHalf } from '../../core/rps/diagnosis/rules';
import { metadataText } from '../../core/rps/metadata';
import { diagnoseWiring } from '../../core/rps/diagnosis/wiring';
import { diagnoseStatic } from '../../core/rps/diagnosis/static';
import type { SharingFinding, SharingReport } from '../../protocol/sharing';
import { findingText } from '../../protocol/sharing-words';
import { gammaHistogram } from './gamma-histogram';
import { sharedParts } from './shared-run';

/** Parts of the memory whose owners are told. */
const ownerBins = 200;
/** Loads that are told one by one at least; the last bin holds all above. */
const fewestLoads = 64;

/** @throws SparseError `runs.not-sharing`, `rps.*` */
export function* staticReport(config: Config, plan: NetworkPlan): Parts<SharingReport> {
  const { run, memory } = yield* sharedParts(config, plan);
  yield;
  const { sharing } = run;
  const owners = new Owners(sharing, ownerBins);
  const { figures, findings } = yield* diagnoseStatic(run, memory, owners);
  const { audit, gamma, normRatio, largestFactor } = figures;
  const { dense, bytes } = plan.sharing!;
  const { method, mapping, scope, compression, scaler, initStd } = config.sharing!;
  const wiring = wiringOf(sharing, config.sharing!);
  return {
    ...{ method, mapping, scope, compression, scaler },
    ...(initStd !== undefined && { initStd }),
    learningRate: run.optimizer.learningRate,
    ...{ n: sharing.n, m: sharing.m, dense, bytes },
    layers: sharing.layers.map((layer, l) => {
      const { name, weights, offset, deviation } = layer;
      return {
        name,
        shape: tensorShape(layer),
        ...{ weights, offset, deviation },
        factor: largestFactor[l],
        normRatio: normRatio[l],
        collisions: audit.collisions[l] / weights,
      };
    }),
    load: {
      of: loadBins(audit.loads, audit.mean),
      ...{ mean: audit.mean, max: audit.max, unused: audit.unused / sharing.m, cv: audit.cv },
    },
    gamma: gamma ? gammaPart(gamma) : unitGamma(sharing.m - audit.unused),
    owners: { bins: ownerBins, counts: Array.from(owners.counts) },
    findings: inOrder(
      [...findings, ...diagnoseAdam(run), diagnoseHalf(figures), ...diagnoseWiring(wiring, metadataText(wiring))].map(
        findingText,
      ),
    ),
    tested: [],
  };
}

const gammaPart = ({ parts, figures }: Gammas): SharingReport['gamma'] => ({
  ...gammaHistogram(parts, figures),
  ...{ mean: figures.mean, median: figures.median, max: figures.max },
});

/** Of the normalised form, QᵀQ = I: as a histogram of values that are all 1. */
const unitGamma = (locations: number): SharingReport['gamma'] => ({
  ...{ edges: [0.95, 1.05], counts: [locations] },
  ...{ mean: 1, median: 1, max: 1 },
});

/** By number; of one number as they were found. */
export const inOrder = (findings: readonly SharingFinding[]): SharingFinding[] =>
  [...findings].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

function loadBins(loads: readonly number[], mean: number): number[] {
  const most = Math.max(fewestLoads, Math.ceil(mean + 6 * Math.sqrt(mean)));
  if (loads.length <= most + 1) return [...loads];
  return [...loads.slice(0, most), loads.slice(most).reduce((a, b) => a + b)];
}
