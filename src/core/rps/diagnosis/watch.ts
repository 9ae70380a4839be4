/**
 * D10: a run that shares weights, watched step by step (rps.md 6). Pure: it is told of each step, and answers what is wrong, where
 * and since when; the steps before are kept for whoever looks into it.
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

export interface WatchedStep {
  step: number;
  loss: number;
  /** |psi|. */
  memoryNorm: number;
  /** Of the memory's gradient. */
  gradientNorm?: number;
  layers: readonly WatchedLayer[];
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

/** Each rule speaks once, but for those that stop the run. */
export class SharingWatch {
  private readonly ring: WatchedStep[];
  private readonly said = new Set<Measure>();
  private readonly chance: number;
  private start: Pick<WatchedStep, 'loss' | 'memoryNorm'> | undefined;
  private learned: boolean;

  /** With what it went by when a run was stopped it goes on as if it had not been. */
  constructor(p: { classes: number } & Partial<WatchState>) {
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
    const found = this.judge(step).filter(({ measure }) => !this.said.has(measure));
    for (const { measure } of found) this.said.add(measure);
    this.start ??= { loss: step.loss, memoryNorm: step.memoryNorm };
    if (Math.abs(step.loss - this.chance) > 5 * plateauWidth * this.chance) this.learned = true;
    return found;
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
    const moved = fastest(step);
    if (moved && moved.updateRatio > updateLimit)
      findings.push({
        ...{ id: 'D10', measure: 'update-ratio', value: moved.updateRatio, threshold: updateLimit, verdict: 'warn' },
        ...{ layer: moved.layer, step: step.step },
      });
    return [...findings, ...this.plateau(step), ...this.gradients(step)];
  }

  private notFinite(step: WatchedStep): Finding | undefined {
    const layer = step.layers.find(({ norm, updateRatio }) => !Number.isFinite(norm) || !Number.isFinite(updateRatio));
    const whole = Number.isFinite(step.loss) && Number.isFinite(step.memoryNorm);
    if (whole && !layer) return undefined;
    const { facts = {}, ...begun } = this.begun('not-finite');
    // What is no number itself is no guess.
    const known = { at: step.step };
    const told = 'likeliest' in facts && layer ? { layer: layer.layer, facts: known } : { facts };
    return {
      ...begun,
      ...told,
      value: null,
      threshold: null,
      verdict: 'fail',
    };
  }

  /** Back from the last step as long as some layer moved too fast: the first such step, and its fastest layer. */
  private begun(measure: Measure): Pick<Finding, 'id' | 'measure' | 'layer' | 'step' | 'facts'> {
    const last = this.ring.length - 1;
    let first = last;
    let layer: string | undefined;
    for (let k = last; k >= 0; k--) {
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

  /** Where nothing points at a layer: the one that grew most over the steps kept, or that moved furthest for its size in one of them. */
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

/** Of finite ratios the largest. */
function fastest({ layers }: WatchedStep): WatchedLayer | undefined {
  let most: WatchedLayer | undefined;
  for (const layer of layers)
    if (Number.isFinite(layer.updateRatio) && layer.updateRatio > (most?.updateRatio ?? 0)) most = layer;
  return most;
}
