/** The layers of a config (planned) or of a run (actual), as rows: no vscode here but for the words. */
import type { LayerPlan } from '../../config/layer-plans';
import { isScored, lastTicket, laterTarget, sharedBy } from '../../config/methods';
import type { Config } from '../../config/types';
import { tensorShape } from '../../core/density/layer-shape';
import { expectedRotations } from '../../core/expected-density';
import { isometry, type Isometry } from '../../core/spectrum';
import type { DistributionName, LastMasks, LayerSummary, MaskChange, RunRecord } from '../../protocol/run';
import { roseText, isometryText, weightShape } from '../../protocol/words';
import { shapeText, share, significant, small } from '../format';
import { words } from '../words';

export interface LayerRow {
  name: string;
  /** `100 × 784 · 0.073 · isometric` */
  description: string;
  isometry: Isometry | undefined;
  /** Name and value of each fact, in words and exact numbers. */
  facts: [string, string][];
}

/** Scores and files of masks decide only when the run begins. */
const undecided = ({ decidedBy = 'scores' }: LayerPlan): string => words.decidedBy[decidedBy]();

const targetText = (layer: LayerPlan, text: (density: number) => string): string =>
  layer.targetDensity === undefined ? undecided(layer) : text(layer.targetDensity);

const sharedByFact = (by: DistributionName | undefined): [string, string][] =>
  by === undefined ? [] : [[words.facts.sharedBy(), isScored(by) ? words.scoresOf(by) : by]];

/** What gave a layer its density, and what lottery tickets come to; a dense layer has neither. */
function sparsityFacts(layer: LayerPlan, config: Config | undefined): [string, string][] {
  if (!config || layer.dense) return [];
  const ticket = lastTicket(config);
  return [
    ...sharedByFact(sharedBy(config.sparsity)),
    ...(ticket
      ? [
          [
            words.facts.tickets(),
            words.ticketPlanned({ density: significant(ticket.density), levels: ticket.levels }),
          ] satisfies [string, string],
        ]
      : []),
  ];
}

/** What all maskable layers together come to by pruning in training, in short. */
function laterShort(layer: LayerPlan, config: Config | undefined): string[] {
  const later = config && !layer.dense ? (laterTarget(config.sparsity) ?? lastTicket(config)) : undefined;
  return later ? [words.laterShort(significant(later.density))] : [];
}

export const plannedRow = (
  layer: LayerPlan,
  config?: Config,
  later = config && laterTarget(config.sparsity),
): LayerRow => ({
  name: layer.name,
  description: [shapeText(tensorShape(layer)), targetText(layer, share), ...laterShort(layer, config)].join(' · '),
  isometry: undefined,
  facts: [
    [words.facts.shape(), shapeText(tensorShape(layer))],
    [
      words.facts.targetDensity(),
      later && !layer.dense
        ? words.laterPlanned({
            now: targetText(layer, significant),
            density: significant(later.density),
            method: later.method,
            until: `${significant(100 * later.until)}%`,
          })
        : targetText(layer, significant),
    ],
    ...sparsityFacts(layer, config),
    [words.facts.nonZeros(), `${layer.targetNonZeros ?? undecided(layer)} / ${layer.weights}`],
    [words.facts.minimumDensity(), significant(layer.minimumDensity)],
    [words.facts.biases(), String(layer.biases)],
  ],
});

/**
 * How many rotations were drawn, and how many random ones are to be expected; those towards a pattern are not random.
 */
function rotationsText({
  rotations,
  shape,
  kernel = [1, 1],
  groups = 1,
  targetDensity,
  details,
}: LayerSummary): string {
  if (details?.overlap !== undefined) return String(rotations);
  const axes = Math.max(shape[0] / groups, shape[1] / (kernel[0] * kernel[1]));
  const expected = groups * expectedRotations(axes, details?.centreDensity ?? targetDensity);
  return Number.isFinite(expected) ? words.drawnAndExpected(rotations, expected) : String(rotations);
}

/** What the method has to tell, in its own terms. */
const methodFacts = (layer: LayerSummary): [string, string][] => {
  const { rotations, details = {} } = layer;
  const { degree, centreDensity, overlap, centreOverlap, unmatched, evaluations } = details;
  const { seconds, unrepairable, initialResidual, residual } = details;
  const facts: [string, string | undefined][] = [
    [words.facts.rotations(), rotations > 0 ? rotationsText(layer) : undefined],
    [words.facts.centreDensity(), told(centreDensity, significant)],
    [words.facts.overlap(), told(overlap, significant)],
    [words.facts.centreOverlap(), told(centreOverlap, significant)],
    [words.facts.unmatched(), told(unmatched, String)],
    [words.facts.evaluations(), told(evaluations, String)],
    [words.facts.seconds(), told(seconds, (value) => `${significant(value)} s`)],
    [words.facts.degree(), told(degree, String)],
    [words.facts.unrepairable(), told(unrepairable, String)],
    [words.facts.initialResidual(), told(initialResidual, small)],
    [words.facts.residual(), told(residual, small)],
    [words.facts.warning(), roseText(details)],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
};

const told = (value: number | undefined, text: (value: number) => string): string | undefined =>
  value === undefined ? undefined : text(value);

/** What the latest change of the masks did to the layer, and what it had at first. */
const changeFact = (
  { step, method }: LastMasks,
  { dropped, grown }: MaskChange,
  { density }: LayerSummary,
): [string, string] => [words.facts.lastChange(), words.changed({ step, method, dropped, grown, density })];

/**
 * Of a run whose masks have changed since the initialisation, the latest change; where weights are pruned later, how
 * far.
 */
interface InRun {
  masks?: LastMasks | undefined;
  later?: RunRecord['laterTarget'] | undefined;
  distribution?: RunRecord['distribution'] | undefined;
}

export const actualRow = (layer: LayerSummary, { masks, later, distribution }: InRun = {}): LayerRow => {
  const [rows, columns] = layer.shape;
  const change = masks?.layers.find((one) => one.layer === layer.name);
  const density = change ? change.kept / (rows * columns) : layer.density;
  const { min, mean, max } = layer.singularValues;
  const reached = later !== undefined && masks !== undefined && masks.step >= later.step;
  return {
    name: layer.name,
    description: [
      shapeText(weightShape(layer)),
      share(density),
      ...(later && !reached ? [words.laterShort(significant(later.density))] : []),
      isometryText(layer.singularValues),
      ...(roseText(layer.details) === undefined ? [] : [words.residualRose()]),
    ].join(' · '),
    isometry: isometry(layer.singularValues),
    facts: [
      [words.facts.shape(), shapeText(weightShape(layer))],
      [words.facts.density(), `${density}`],
      [
        words.facts.targetDensity(),
        later
          ? words.laterTarget({ ...later, now: `${layer.targetDensity}`, density: significant(later.density) })
          : `${layer.targetDensity}`,
      ],
      ...(layer.dense ? [] : sharedByFact(distribution)),
      [words.facts.nonZeros(), `${change?.kept ?? layer.nonZeros} / ${rows * columns}`],
      ...(masks && change ? [changeFact(masks, change, layer)] : []),
      [words.facts.init(), layer.init],
      ...methodFacts(layer),
      [words.facts.orthogonalityError(), small(layer.orthogonalityError)],
      [words.facts.singularValues(), `${significant(min)} / ${significant(mean)} / ${significant(max)}`],
      [words.facts.isometry(), isometryText(layer.singularValues)],
    ],
  };
};
