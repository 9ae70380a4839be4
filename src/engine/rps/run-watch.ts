/**
 * Watches the shared memory of a run, and the layers beside it, step by step: what is told of it, when it is told, and
 * what a resumed run goes on with.
 */
import type { NetworkPlan } from '../../config/plan';
import type { Parts } from '../../core/parts';
import type { Finding } from '../../core/rps/diagnosis/finding';
import { firstLook, judgeInsides } from '../../core/rps/diagnosis/insides';
import type { FirstLook, Insides } from '../../core/rps/diagnosis/insides';
import { isScaled } from '../../core/rps/diagnosis/settings';
import { SharingWatch, stepsKept } from '../../core/rps/diagnosis/watch';
import type { WatchState, WatchedLayer, WatchedStep } from '../../core/rps/diagnosis/watch';
import type { TensorEntry, TensorToWrite } from '../../formats/safetensors';
import type { SharingEvent, SharingFailure } from '../../protocol/sharing';
import type { Untimed } from '../recorder';
import type { NetworkState, SharedState } from '../states';
import type { Executor, NetworkMove } from '../executor';
import type { StepResult } from '../training';
import { restNames } from './rest-moves';
import type { Moved } from './rest-moves';
import type { SharingRule } from './rule';

export const watchTensor = 'sharing.watch';
export const looksTensor = 'sharing.looks';

/** Of a step: itself, loss, |psi| and gradient norm, then update ratio and norm of each layer. */
const headColumns = 4;
const columnsOf = (layers: number): number => headColumns + 2 * layers;

/** Whether a tensor can be what `RunWatch.tensors` gave. */
export const isWatch = ({ dtype, shape }: TensorEntry, layers: number): boolean =>
  dtype === 'F64' && shape.length === 2 && shape[1] === columnsOf(layers) && shape[0] >= 1 && shape[0] <= stepsKept + 2;

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

export class RunWatch {
  /** From the first step on. */
  private watch: SharingWatch | undefined;
  /** |psi| before the first step. */
  private readonly startNorm: number;
  /** From the first look on. */
  private looks: FirstLook | undefined;
  /** Those that share weights, then the others. */
  private readonly layers: readonly string[];

  /** `begun`: the memory as it is now; `saved`, `looks`: what the checkpoint held that the run goes on from. */
  constructor(
    private readonly names: { shared: readonly string[]; rest: readonly string[] },
    /** Its steps do not go by the scale of the memory. */
    private readonly scaled: boolean,
    private readonly classes: number,
    private readonly begun: NetworkMove,
    { watch: saved, looks }: Pick<SharedState, 'watch' | 'looks'> = {},
  ) {
    if (looks) this.looks = { step: looks[0], variances: [...looks.subarray(1)] };
    this.layers = [...names.shared, ...names.rest];
    const state = saved && stateOf(saved, this.layers);
    this.startNorm = state?.start?.memoryNorm ?? begun.memoryNorm;
    if (state) this.watch = new SharingWatch({ classes, dense: names.rest, ...state });
  }

  /** What is wrong after update number `step`. */
  see(step: number, { loss, gradientNorm }: StepResult, move: NetworkMove | undefined): Finding[] {
    if (!move) return [];
    const { memoryNorm, lost } = move;
    const start = { loss, memoryNorm: this.startNorm };
    this.watch ??= new SharingWatch({ classes: this.classes, dense: this.names.rest, start });
    const layers = watchedOf(move);
    return this.marked(this.watch.see({ step, loss, gradientNorm, memoryNorm, layers, ...(lost && { lost }) }));
  }

  /** Where what a probe computes after a step is no number. Nothing before the first. */
  overflow(): Finding | undefined {
    const found = this.watch?.overflow();
    return found && this.marked([found])[0];
  }

  /** What is wrong within the network after `step` updates. `before`: the step of the last look that was due. */
  look(step: number, insides: Insides, before: number | undefined): Finding[] {
    this.looks ??= firstLook(step, insides);
    return this.marked(judgeInsides(step, insides, this.looks, this.looks.step < step ? before : undefined));
  }

  /** Says that there is nothing of the scale to mend. */
  private marked(findings: Finding[]): Finding[] {
    return this.scaled ? findings.map((found) => ({ ...found, facts: { ...found.facts, scaled: 1 } })) : findings;
  }

  /** What is recorded of the memory after `step` updates. */
  *event(step: number): Parts<Untimed<SharingEvent>> {
    yield;
    const last = this.watch?.recent.at(-1);
    const { layers, memoryNorm } = last?.step === step ? last : { ...this.begun, layers: watchedOf(this.begun) };
    return {
      type: 'sharing',
      step,
      layers: layers.map(({ layer, updateRatio, norm }) => ({ layer, updateRatio, norm })),
      memoryGrowth: memoryNorm / this.startNorm,
    };
  }

  /** The steps before what was found, and that itself. `code`: by which it was told. */
  failure(code: string, { step, layer, verdict, value, threshold }: Finding): SharingFailure {
    const recent = this.watch?.recent ?? [];
    return {
      code,
      verdict: verdict === 'fail' ? 'fail' : 'warn',
      step: step ?? recent.at(-1)?.step ?? 0,
      layer: layer ?? null,
      value: value === null ? null : orNull(value),
      threshold,
      steps: recent.map(({ step: at, loss, memoryNorm, gradientNorm = NaN, layers }) => ({
        step: at,
        loss: orNull(loss),
        memoryNorm: orNull(memoryNorm),
        gradientNorm: orNull(gradientNorm),
        layers: layers.map(({ layer: name, updateRatio, norm }) => ({
          layer: name,
          updateRatio: orNull(updateRatio),
          norm: orNull(norm),
        })),
      })),
    };
  }

  /** All that a run needs to go on after `step` updates as if it had not been stopped. */
  tensors(step: number): TensorToWrite[] {
    return [...this.seenTensors(), ...this.looksTensors(step)];
  }

  /**
   * Nothing at the first look, which is taken again by a run that goes on from there: it may have been stopped before.
   */
  private looksTensors(step: number): TensorToWrite[] {
    if (!this.looks || this.looks.step === step) return [];
    const data = Float64Array.of(this.looks.step, ...this.looks.variances);
    return [{ name: looksTensor, dtype: 'F64', shape: [data.length], data }];
  }

  /** Nothing before the first step. */
  private seenTensors(): TensorToWrite[] {
    if (!this.watch) return [];
    const { start, recent, learned } = this.watch.state;
    const columns = columnsOf(this.layers.length);
    const data = new Float64Array((1 + recent.length) * columns);
    data.set([Number(learned), start?.loss ?? NaN, this.startNorm]);
    recent.forEach(({ step, loss, memoryNorm, gradientNorm = NaN, layers }, row) => {
      const figures = layers.flatMap(({ updateRatio, norm }) => [updateRatio, norm]);
      data.set([step, loss, memoryNorm, gradientNorm, ...figures], (1 + row) * columns);
    });
    return [{ name: watchTensor, dtype: 'F64', shape: [1 + recent.length, columns], data }];
  }
}

/** `state`: what the run begins from or goes on with. Nothing where no weights are shared. */
export function watchOf(
  { rule, plan: { network } }: { rule?: SharingRule | undefined; plan: Pick<NetworkPlan, 'network'> },
  trainer: Pick<Executor, 'lookAtMemory'>,
  { shared }: Pick<NetworkState, 'shared'>,
): RunWatch | undefined {
  const begun = trainer.lookAtMemory();
  if (!rule || !begun) return undefined;
  const shares = rule.sharing.layers.map(({ name }) => name);
  const names = { shared: shares, rest: restNames(network, new Set(shares)) };
  return new RunWatch(names, isScaled(rule.wiring), network.classes, begun, shared);
}

/** What begins as zeros has no ratio; a step that is no number has none that is. */
const watched = ({ layer, update, weight }: Moved): WatchedLayer => ({
  layer,
  updateRatio: update === 0 || weight === 0 ? 0 * update : update / weight,
  norm: weight,
});

const watchedOf = ({ layers, rest }: Pick<NetworkMove, 'layers' | 'rest'>): WatchedLayer[] =>
  [...layers, ...rest].map(watched);

function stateOf(saved: Float64Array, layers: readonly string[]): WatchState {
  const columns = columnsOf(layers.length);
  const [learned, loss, memoryNorm] = saved;
  const recent: WatchedStep[] = [];
  for (let at = columns; at < saved.length; at += columns) {
    const [step, own, norm, gradientNorm] = saved.subarray(at, at + headColumns);
    recent.push({
      step,
      loss: own,
      memoryNorm: norm,
      gradientNorm,
      layers: layers.map((layer, l) => ({
        layer,
        updateRatio: saved[at + headColumns + 2 * l],
        norm: saved[at + headColumns + 2 * l + 1],
      })),
    });
  }
  return { learned: learned === 1, start: { loss, memoryNorm }, recent };
}
