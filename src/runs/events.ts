/** One line of `events.jsonl`, to and from text. */
import { mostLayers } from '../core/network';
import type {
  EpochEvent,
  JacobianDepth,
  JacobianEvent,
  JacobianLayer,
  LayerMeanField,
  LayerSignals,
  MaskChange,
  MaskEvent,
  MeanField,
  RunEvent,
  SignalsEvent,
  SpectrumEvent,
  StepEvent,
  UsageEvent,
  WarningEvent,
} from '../protocol/run';
import { depthNotes } from '../protocol/run';
import type { SharingEvent } from '../protocol/sharing';
import { checkLayer, checkState, checkSummary } from './record';
import { encodeNumber, list, number, object, oneOf, optional, orNull, text, whole } from './validate';
import type { Check } from './validate';

/** Maskable layers, and an embedding before them. */
const mostShared = 4 * mostLayers;

const at = number;
const step = whole;
const values = list(number, 1 << 20);

const predicted = orNull(object<LayerMeanField>({ q: number, chi: orNull(number) }));

const checkSignals = object<LayerSignals>({
  layer: text(255),
  weightNorm: number,
  gradientNorm: number,
  meanSquare: number,
  variance: number,
  activationVariance: orNull(number),
  units: whole,
  dead: orNull(whole),
  kept: whole,
  effective: whole,
  chi: orNull(number),
  dense: predicted,
  sparse: predicted,
});

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

const checks: { [T in RunEvent['type']]: Check<Of<T>> } = {
  state: object<Of<'state'>>({ type: oneOf('state'), at, state: checkState, message: optional(text(1 << 14)) }),
  layer: object<Of<'layer'>>({ type: oneOf('layer'), at, layer: checkLayer }),
  step: object<StepEvent>({
    type: oneOf('step'),
    at,
    step,
    epoch: number,
    loss: number,
    accuracy: number,
    gradientNorm: number,
    learningRate: number,
  }),
  epoch: object<EpochEvent>({
    type: oneOf('epoch'),
    at,
    step,
    epoch: number,
    trainLoss: number,
    trainAccuracy: number,
    validationLoss: number,
    validationAccuracy: number,
  }),
  spectrum: object<SpectrumEvent>({
    type: oneOf('spectrum'),
    at,
    step,
    layer: text(255),
    summary: checkSummary,
    values,
  }),
  jacobian: object<JacobianEvent>({
    type: oneOf('jacobian'),
    at,
    step,
    samples: whole,
    summary: checkSummary,
    values,
    meanField: optional(number),
    depth: optional(
      object<JacobianDepth>({
        samples: whole,
        steps: optional(whole),
        layers: list(
          object<JacobianLayer>({
            layer: text(255),
            index: whole,
            summary: object<JacobianLayer['summary']>({ min: number, mean: number, max: number, dead: orNull(whole) }),
            meanSquare: number,
            meanField: optional(number),
            estimated: optional(oneOf(true)),
          }),
          mostLayers,
        ),
      }),
    ),
    depthNote: optional(oneOf(...depthNotes)),
  }),
  signals: object<SignalsEvent>({
    type: oneOf('signals'),
    at,
    step,
    samples: whole,
    layers: list(checkSignals, mostLayers),
    deep: orNull(object<MeanField>({ q: number, chi: number })),
  }),
  usage: object<UsageEvent>({
    type: oneOf('usage'),
    at,
    step,
    examplesPerSecond: orNull(number),
    rss: whole,
    tensorBytes: whole,
    tensors: whole,
    heapBytes: orNull(whole),
  }),
  masks: object<MaskEvent>({
    type: oneOf('masks'),
    at,
    step,
    method: oneOf('set', 'rigl', 'gradual-magnitude', 'one-shot', 'rewind'),
    layers: list(
      object<MaskChange>({
        layer: text(255),
        dropped: whole,
        grown: whole,
        kept: whole,
        dropThreshold: orNull(number),
        growThreshold: orNull(number),
        initial: optional(object<{ kept: number; shared: number }>({ kept: whole, shared: whole })),
      }),
      mostLayers,
    ),
    file: text(4096),
  }),
  sharing: object<SharingEvent>({
    type: oneOf('sharing'),
    at,
    step,
    layers: list(
      object<SharingEvent['layers'][number]>({ layer: text(255), updateRatio: number, norm: number }),
      mostShared,
    ),
    memoryGrowth: number,
  }),
  checkpoint: object<Of<'checkpoint'>>({ type: oneOf('checkpoint'), at, step, file: text(4096) }),
  warning: object<WarningEvent>({
    type: oneOf('warning'),
    at,
    step: optional(step),
    code: text(255),
    message: text(1 << 14),
    layer: optional(text(255)),
  }),
};

/** The event of a line without its newline, or undefined when it is none (damaged, or of a newer version). */
export function parseEvent(line: string): RunEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const type = (value as { type?: unknown } | null)?.type;
    return typeof type === 'string' && Object.hasOwn(checks, type)
      ? checks[type as RunEvent['type']](value, '')
      : undefined;
  } catch {
    return undefined;
  }
}

/** The event as one line with its newline. */
export const formatEvent = (event: RunEvent): string => `${JSON.stringify(event, encodeNumber)}\n`;

/** The step an event belongs to; undefined for those of the run as a whole. */
export const stepOf = (event: RunEvent): number | undefined => ('step' in event ? event.step : undefined);
