/**
 * D10: a run that shares weights, watched step by step (rps.md 6). Pure: it is told of each step, and answers what is
 * wrong, where and since when; the steps before are kept for whoever looks into it.
 */
import { updateLimit } from './batch';
import type { Finding, Measure } from './finding';

export interface WatchedLayer {
  layer: string;
  /** Norm of the step over that of the weights. */
  updateRatio: number;
  /** Of the recovered weights. */
  norm: number;
}

/** Layers that had left the numbers when a step was about to be made, in the order of the network. */
export interface Lost {
  /** Their parameters, but those that a memory stands for. */
  weights: readonly string[];
  gradients: readonly string[];
}

export interface WatchedStep {
  step: number;
  /** Before the update, as the gradients are. */
  loss: number;
  /** |psi|. */
  memoryNorm: number;
  /** Of the memory's gradient. */
  gradientNorm?: number;
  /** Those that share weights, then the others. */
  layers: readonly WatchedLayer[];
  /** Where the gradient is no number. */
  lost?: Lost;
}

/** Steps kept before the one that failed. */
export const stepsKept = 20;
/** Loss over that of the first step. */
export const lossLimit = 3;
/** |psi| over that of the first step. */
const growthLimit = 10;
/** Gradient norm over that of so many steps before. */
const gradientSpan = 10;
/** Share of ln K that the loss of a network that says nothing stays near. */
const plateauWidth = 0.02;

/** What a watch goes by, to go on with another time. */
export interface WatchState {
  /** The loss of the first step, and |psi| before it. */
  start?: Pick<WatchedStep, 'loss' | 'memoryNorm'>;
  /** The step last told, and up to 20 before it, oldest first. */
  recent: readonly WatchedStep[];
  /** The loss was once away from that of chance. */
  learned: boolean;
}

/** Each rule speaks once, of update ratios once of each layer. */
export class SharingWatch {
  private readonly ring: WatchedStep[];
  private readonly said = new Set<string>();
  private readonly dense: ReadonlySet<string>;
  private readonly chance: number;
  private start: Pick<WatchedStep, 'loss' | 'memoryNorm'> | undefined;
  private learned: boolean;

  /**
   * With what it went by when a run was stopped it goes on as if it had not been. `dense`: layers that are not shared.
   */
  constructor(p: { classes: number; dense?: Iterable<string> } & Partial<WatchState>) {
    this.dense = new Set(p.dense);
    this.chance = Math.log(p.classes);
    this.start = p.start;
    this.ring = [...(p.recent ?? [])];
    this.learned = p.learned ?? false;
  }

  /** The step last told, and up to 20 before it, oldest first. */
  get recent(): readonly WatchedStep[] {
    return this.ring;
  }

  get state(): WatchState {
    const { start, learned } = this;
    return { ...(start && { start }), recent: [...this.ring], learned };
  }

  /** Steps are told in order. */
  see(step: WatchedStep): Finding[] {
    this.ring.push(step);
    if (this.ring.length > stepsKept + 1) this.ring.shift();
    const found = this.judge(step).filter((finding) => !this.said.has(keyOf(finding)));
    for (const finding of found) this.said.add(keyOf(finding));
    this.start ??= { loss: step.loss, memoryNorm: step.memoryNorm };
    if (Math.abs(step.loss - this.chance) > 5 * plateauWidth * this.chance) this.learned = true;
    return found.map((finding) => this.marked(finding));
  }

  /**
   * What is wrong where a run cannot go on after the step last told, for what its probes compute by weights like these
   * is no number.
   */
  overflow(): Finding | undefined {
    const last = this.ring.at(-1);
    if (!last) return undefined;
    const { facts, ...begun } = this.begun('not-finite');
    return this.marked({
      ...{ ...begun, facts: { ...facts, what: 'probe' } },
      ...{ value: null, threshold: null, verdict: 'fail' },
    });
  }

  /** Says where a layer is not shared. */
  private marked(finding: Finding): Finding {
    const { layer, facts } = finding;
    return layer !== undefined && this.dense.has(layer) ? { ...finding, facts: { ...facts, unshared: 1 } } : finding;
  }

  private judge(step: WatchedStep): Finding[] {
    const lost = this.notFinite(step);
    if (lost) return [lost];
    const { loss, memoryNorm } = this.start ?? step;
    const findings: Finding[] = [];
    if (step.loss > lossLimit * loss)
      findings.push({ ...this.begun('loss-growth'), value: step.loss / loss, threshold: lossLimit, verdict: 'fail' });
    if (memoryNorm > 0 && step.memoryNorm > growthLimit * memoryNorm)
      findings.push({
        ...this.begun('memory-growth'),
        ...{ value: step.memoryNorm / memoryNorm, threshold: growthLimit, verdict: 'warn' },
      });
    const leaps = step.layers.filter(({ updateRatio }) => Number.isFinite(updateRatio) && updateRatio > updateLimit);
    for (const { layer, updateRatio } of leaps.sort((a, b) => b.updateRatio - a.updateRatio))
      findings.push({
        ...{ id: 'D10', measure: 'update-ratio', value: updateRatio, threshold: updateLimit, verdict: 'warn' },
        ...{ layer, step: step.step },
      });
    return [...findings, ...this.plateau(step), ...this.gradients(step)];
  }

  private notFinite(step: WatchedStep): Finding | undefined {
    const { loss, memoryNorm, gradientNorm = 0, lost, layers } = step;
    const first = (none: (layer: WatchedLayer) => boolean): string | undefined => layers.find(none)?.layer;
    const weightless = first(({ norm }) => !Number.isFinite(norm));
    const left = first(({ updateRatio }) => !Number.isFinite(updateRatio));
    const before = Number.isFinite(loss) && Number.isFinite(gradientNorm) && !lost;
    if (before && Number.isFinite(memoryNorm) && (weightless ?? left) === undefined) return undefined;
    const what = !Number.isFinite(loss) ? 'loss' : before ? 'weights' : 'gradient';
    // Gradients come from the last layer to the first: the last of those that lost theirs lost it first. Of a loss that
    // is no number no gradient is one, nor is the step of any layer.
    const known =
      lost?.weights.at(0) ??
      weightless ??
      (what === 'gradient' ? lost?.gradients.at(-1) : what === 'weights' ? left : undefined);
    // What a step does comes after its loss and gradient.
    const { facts = {}, ...begun } = this.begun('not-finite', what === 'weights' ? 0 : 1);
    const guessed = begun.layer === undefined || 'likeliest' in facts;
    const told = guessed && known !== undefined ? { layer: known } : {};
    return {
      ...{ ...begun, ...told, value: null, threshold: null, verdict: 'fail' },
      facts: {
        at: step.step,
        what,
        ...(guessed && known === undefined && begun.layer !== undefined && { likeliest: 1 }),
      },
    };
  }

  /**
   * Back from the last step as long as some layer moved too fast: the first such step, and its fastest layer. `less`:
   * so many of the last steps moved too late to have done it.
   */
  private begun(measure: Measure, less = 0): Pick<Finding, 'id' | 'measure' | 'layer' | 'step' | 'facts'> {
    const last = this.ring.length - 1;
    let first = last;
    let layer: string | undefined;
    for (let k = last - less; k >= 0; k--) {
      const moved = fastest(this.ring[k]);
      // A ratio that is not a number has hidden those before it: the steps before tell.
      if (k < last && !(moved && moved.updateRatio > updateLimit)) break;
      if (moved && moved.updateRatio > updateLimit) [first, layer] = [k, moved.layer];
    }
    const named = layer !== undefined;
    layer ??= this.likeliest();
    return {
      ...{ id: 'D10', measure, step: this.ring[first].step },
      facts: { at: this.ring[last].step, ...(!named && layer !== undefined && { likeliest: 1 }) },
      ...(layer !== undefined && { layer }),
    };
  }

  /**
   * Where nothing points at a layer: the one that grew most over the steps kept, or that moved furthest for its size in
   * one of them.
   */
  private likeliest(): string | undefined {
    const grown = this.grown();
    if (grown !== undefined) return grown;
    let most: WatchedLayer | undefined;
    for (const step of this.ring) {
      const moved = fastest(step);
      if (moved && moved.updateRatio > (most?.updateRatio ?? 0)) most = moved;
    }
    return most?.layer;
  }

  /** The layer whose weights grew most over the steps kept, if one did. */
  private grown(): string | undefined {
    const [first, last] = [this.ring[0], this.ring[this.ring.length - 1]];
    let [most, name]: [number, string | undefined] = [1, undefined];
    last.layers.forEach(({ layer, norm }, l) => {
      const growth = norm / first.layers[l].norm;
      if (growth > most) [most, name] = [growth, layer];
    });
    return name;
  }

  /** A loss of ln K, step after step, of a network that had another, or of which nothing moves. */
  private plateau({ step }: WatchedStep): Finding[] {
    const near = this.ring.every(({ loss }) => Math.abs(loss - this.chance) <= plateauWidth * this.chance);
    if (this.ring.length <= stepsKept || !near) return [];
    const still = this.ring.every(({ layers }) => layers.every(({ updateRatio }) => updateRatio < 1e-7));
    if (!this.learned && !still) return [];
    const { step: first, layers } = this.ring[0];
    const dead = layers.find(({ updateRatio }) => updateRatio < 1e-7);
    const layer = dead?.layer ?? this.likeliest();
    return [
      {
        ...{ id: 'D10', measure: 'plateau', value: this.chance, threshold: this.chance, verdict: 'fail' },
        ...{ step: first, facts: { at: step, ...(!dead && layer !== undefined && { likeliest: 1 }) } },
        ...(layer !== undefined && { layer }),
      },
    ];
  }

  private gradients({ gradientNorm }: WatchedStep): Finding[] {
    const before = this.ring.at(-1 - gradientSpan)?.gradientNorm;
    if (gradientNorm === undefined || before === undefined || !(gradientNorm > growthLimit * before)) return [];
    const rising = this.ring
      .slice(-1 - gradientSpan)
      .every((at, k, all) => k === 0 || at.gradientNorm! > all[k - 1].gradientNorm!);
    if (!rising) return [];
    return [
      {
        ...this.begun('gradient-growth'),
        ...{ value: gradientNorm / before, threshold: growthLimit, verdict: 'warn' },
      },
    ];
  }
}

/** By what a finding is said once. */
const keyOf = ({ measure, layer }: Finding): string => (measure === 'update-ratio' ? `${measure}/${layer}` : measure);

/** Of finite ratios the largest. */
function fastest({ layers }: WatchedStep): WatchedLayer | undefined {
  let most: WatchedLayer | undefined;
  for (const layer of layers)
    if (Number.isFinite(layer.updateRatio) && layer.updateRatio > (most?.updateRatio ?? 0)) most = layer;
  return most;
}
