/** What was measured at different times, as one report. */
import { tensorShape } from '../../core/density/layer-shape';
import type { SharedLayer } from '../../core/rps/sharing';
import type { SharingFinding, SharingReport, TestedPoint } from '../../protocol/sharing';

/** Findings are the same where they are of one measure, and of one layer. */
const keyOf = ({ id, measure, layer = '' }: SharingFinding): string => `${id}/${measure}/${layer}`;

const numberOf = ({ id }: SharingFinding): number => Number(id.slice(1));

/** The later one where both have something; one batch does not take away the sharpness that was measured before. */
export function mergeReports(before: SharingReport, after: SharingReport): SharingReport {
  const fresh = new Set(after.findings.map(({ measure }) => measure));
  const kept = before.findings.filter(({ measure }) => !fresh.has(measure));
  const findings = [...after.findings, ...kept].sort((a, b) => numberOf(a) - numberOf(b) || order(a, b));
  const { batch = before.batch, sharpness = before.sharpness } = after;
  return {
    ...after,
    layers: after.layers.map((layer, i) => {
      const measured = layer.batch ?? before.layers.at(i)?.batch;
      return measured ? { ...layer, batch: measured } : layer;
    }),
    findings,
    ...(batch && { batch }),
    ...(sharpness && { sharpness }),
    tested: mergeTested(before.tested, after.tested),
  };
}

const order = (a: SharingFinding, b: SharingFinding): number => keyOf(a).localeCompare(keyOf(b));

/** A place that is tested again counts as it came out last. */
export function mergeTested(before: readonly TestedPoint[], after: readonly TestedPoint[]): TestedPoint[] {
  const isSame = (a: TestedPoint, b: TestedPoint): boolean =>
    a.initStd === b.initStd && a.learningRate === b.learningRate;
  return [...before.filter((old) => !after.some((fresh) => isSame(old, fresh))), ...after];
}

/**
 * Flat index of a layer's weight as the indices of its tensor: (out, in), of a convolution (out, in / groups, kh, kw).
 */
export function indicesOf(layer: SharedLayer, index: number): number[] {
  const indices: number[] = [];
  let rest = index;
  for (const size of [...tensorShape(layer)].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
}
