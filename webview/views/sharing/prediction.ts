/** Where a place lies on the map of divergence, and what the map is of. */
import type { PredictedOutcome, SharingPoint, SharingReport, TestedPoint } from '../../../src/protocol/sharing';
import { axisFor, lineAt, type LogAxis } from '../../drawing/log-axis';
import type { Line, PlanePoint, Region } from '../../drawing/plane-draw';
import { divergenceWords } from './divergence-words';

/** Where the config names none, as with STABLE-RPS, which does not depend on it: the middle of the map. */
const usualInitStd = 0.04;

const lineOf = (points: readonly SharingPoint[]): Line =>
  points.map(({ initStd, learningRate }) => [initStd, learningRate] as const).sort(([one], [other]) => one - other);

export interface Boundaries {
  /** Absent where S is a lower bound only: then nothing is proved. */
  proved?: Line;
  /** Of heavy-ball momentum on a quadratic, above the proved one. */
  heavyBall?: Line;
  empirical: Line;
}

/** Nothing before the sharpness is measured, nor where the optimizer has no boundary by it. */
export const boundariesOf = ({ sharpness }: Pick<SharingReport, 'sharpness'>): Boundaries | undefined => {
  const { proved = [], heavyBall = [], empirical = [] } = sharpness?.boundaries ?? {};
  if (empirical.length === 0) return undefined;
  return {
    ...(proved.length > 0 && { proved: lineOf(proved) }),
    ...(heavyBall.length > 0 && { heavyBall: lineOf(heavyBall) }),
    empirical: lineOf(empirical),
  };
};

export const predictionAt = (
  boundaries: Boundaries | undefined,
  { initStd, learningRate }: SharingPoint,
): PredictedOutcome | undefined => {
  if (!boundaries) return undefined;
  const safe = boundaries.heavyBall ?? boundaries.proved;
  if (safe && learningRate < lineAt(safe, initStd)) return 'safe';
  return learningRate < lineAt(boundaries.empirical, initStd) ? 'band' : 'unsafe';
};

/** What the config says, on the map. */
export const configPoint = ({ initStd = usualInitStd, learningRate }: SharingReport): SharingPoint => ({
  initStd,
  learningRate,
});

/**
 * Everything there is to see, with the boundaries where they pass it. Four decades of init-std: with each the learning
 * rate that is stable changes a hundredfold, so that more of them would leave no room for the band.
 */
export function mapAxes(report: SharingReport): { x: LogAxis; y: LogAxis } {
  const points = [configPoint(report), ...report.tested];
  const x = axisFor(
    points.map(({ initStd }) => initStd),
    3,
  );
  const boundaries = boundariesOf(report);
  const at = configPoint(report).initStd;
  const { proved, heavyBall, empirical } = boundaries ?? {};
  const passing = [proved, heavyBall, empirical].flatMap((line) => (line ? [lineAt(line, at)] : []));
  const y = axisFor([...points.map(({ learningRate }) => learningRate), ...passing], 4);
  return { x, y };
}

export const regionsOf = (boundaries: Boundaries | undefined): Region[] => {
  if (!boundaries) return [];
  const { proved, heavyBall, empirical } = boundaries;
  const { safe, momentum, band, unsafe } = divergenceWords.regions;
  const under = heavyBall ?? proved;
  return [
    ...(proved ? [{ label: safe, above: proved, colour: 0, hatch: 'none' } as const] : []),
    ...(proved && heavyBall
      ? [{ label: momentum, below: proved, above: heavyBall, colour: 0, hatch: 'diagonal' } as const]
      : []),
    { label: band, ...(under && { below: under }), above: empirical, colour: 1, hatch: 'diagonal' },
    { label: unsafe, below: empirical, colour: 'foreground', hatch: 'across' },
  ];
};

type Mark = Pick<PlanePoint, 'shape' | 'colour'>;
export const marks: Record<TestedPoint['outcome'] | 'config' | 'chosen', Mark> = {
  config: { shape: 'ring', colour: 'foreground' },
  converged: { shape: 'disc', colour: 0 },
  slow: { shape: 'diamond', colour: 0 },
  collapsed: { shape: 'triangle', colour: 1 },
  diverged: { shape: 'cross', colour: 1 },
  chosen: { shape: 'square', colour: 'focus' },
};

export const planePoint = ({ initStd, learningRate }: SharingPoint, mark: Mark): PlanePoint => ({
  x: initStd,
  y: learningRate,
  ...mark,
});

/** Which outcome each prediction stands for; of the band either is right. */
export const cameOut = ({ predicted, outcome }: TestedPoint): boolean => {
  const failed = outcome === 'diverged' || outcome === 'collapsed';
  return predicted === 'band' || (predicted === 'unsafe') === failed;
};
