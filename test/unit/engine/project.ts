/** A project folder with a tiny data set in MNIST's format, and an engine in this process that records what it says. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../../../src/engine/backends/backend';
import type { Emit } from '../../../src/engine/recorder';
import { EngineService } from '../../../src/engine/service';
import { writeIdx } from '../../../src/formats/idx';
import type { BackendChoice, EngineEvents, EngineInfo, RunHandle, StartRun } from '../../../src/protocol/engine';
import { protocolVersion } from '../../../src/protocol/engine';
import type { CallContext } from '../../../src/protocol/rpc';
import type { RunEvent, RunRecord } from '../../../src/protocol/run';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';

const examples = 60;
/** Of the config below: 48 examples to train in batches of 8, 3 epochs. */
export const stepsPerEpoch = 6;
export const totalSteps = 18;

const wave = (i: number): number => {
  const x = Math.sin(i * 12.9898 + 4.1) * 43758.5453;
  return x - Math.floor(x);
};

export interface Change {
  name?: string;
  learningRate?: number;
  seed?: number;
  init?: 'base' | 'ai' | 'sao' | 'eoi' | 'eis';
  /** Layers in place of the three linear ones, as written in braces. */
  layers?: readonly string[];
  distribution?: string;
  /** More keys of `sparsity`, as written in braces. */
  sparsity?: string;
  /** Keys of `sharing`, which then stands in place of `sparsity`, as written in braces. */
  sharing?: string;
  optimizer?: 'sgd' | 'adam' | 'adamw';
  /** More keys of `train`, a line each. */
  train?: string;
  /** As written in brackets. */
  augment?: string;
  /** Steps of the Jacobian, as written in brackets. */
  jacobian?: string;
  /** More of `probes`, a line each. */
  probes?: string;
  /** What `data` says in place of MNIST, as written in braces. */
  data?: string;
  /** Keys of `compute`, as written in braces. */
  compute?: string;
  epochs?: number;
  density?: number;
  weightDecay?: number;
}

const linearLayers = [
  '{ name: fc1, linear: { in: 784, out: 12 } }',
  '{ activation: tanh }',
  '{ name: fc2, linear: { in: 12, out: 12 } }',
  '{ activation: relu }',
  '{ name: fc3, linear: { in: 12, out: 10 } }',
];

const initialisationText = (change: Change): string =>
  change.sharing === undefined
    ? `sparsity: { density: ${change.density ?? 0.3}, distribution: ${change.distribution ?? 'uniform'}, init: ${change.init ?? 'eoi'}${change.sparsity ? `, ${change.sparsity}` : ''} }`
    : `sharing: { ${change.sharing} }`;

export const configText = (change: Change = {}): string => `version: 1
name: ${change.name ?? 'tiny'}
seed: ${change.seed ?? 3}
model:
  layers:
${(change.layers ?? linearLayers).map((layer) => `    - ${layer}`).join('\n')}
data: { ${change.data ?? 'source: mnist, path: ./data'}, validation: 0.2, augment: [${change.augment ?? ''}] }
${initialisationText(change)}
train:
  optimizer: { name: ${change.optimizer ?? 'sgd'}, learningRate: ${change.learningRate ?? 0.1}, weightDecay: ${change.weightDecay ?? 0.001} }
  schedule: { name: step, at: [0.5], factor: 0.5 }
  epochs: ${change.epochs ?? 3}
  batchSize: 8
  checkpointEvery: 4
${change.train ? `  ${change.train}\n` : ''}probes:
  jacobian: { at: [${change.jacobian ?? '0, 5, end'}], samples: 4 }
  spectra: { every: 5 }
${change.probes ? `  ${change.probes}\n` : ''}${change.compute ? `compute: { ${change.compute} }\n` : ''}`;

export class Project {
  private constructor(readonly root: string) {}

  static async create(): Promise<Project> {
    const root = await mkdtemp(join(tmpdir(), 'sparsescope-engine-'));
    await mkdir(join(root, 'data'));
    const pixels = Uint8Array.from({ length: examples * 784 }, (_, i) => 256 * wave(i));
    const labels = Uint8Array.from({ length: examples }, (_, i) => i % 10);
    await writeFile(join(root, 'data/train-images-idx3-ubyte'), writeIdx([examples, 28, 28], pixels));
    await writeFile(join(root, 'data/train-labels-idx1-ubyte'), writeIdx([examples], labels));
    return new Project(root);
  }

  get configPath(): string {
    return join(this.root, 'tiny.sparse.yaml');
  }

  start(change: Change = {}, directory?: string): StartRun {
    return {
      configPath: this.configPath,
      configText: configText(change),
      root: this.root,
      ...(directory && { directory }),
    };
  }

  /** Names of all run folders. */
  runs(): Promise<string[]> {
    return readdir(join(this.root, '.sparsescope/runs')).catch(() => []);
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

export const context = (signal: AbortSignal = new AbortController().signal): CallContext => ({
  signal,
  progress: () => undefined,
});

type Hear = (event: RunEvent, handle: RunHandle) => void;

/** An engine that answers in this process. */
export class TestEngine {
  readonly events: { id: string; event: RunEvent }[] = [];
  readonly records: RunRecord[] = [];
  readonly logs: EngineEvents['log'][] = [];
  hear: Hear | undefined;
  info: EngineInfo | undefined;
  readonly service: EngineService;

  constructor(backends?: readonly Backend[]) {
    this.service = new EngineService((event, value) => this.take(event, value), undefined, backends);
  }

  private readonly take: Emit = (event, value) => {
    if (event === 'infoChanged') this.info = value as EngineInfo;
    else if (event === 'runEvent') {
      const heard = value as EngineEvents['runEvent'];
      this.events.push({ id: heard.id, event: heard.event });
      this.hear?.(heard.event, heard);
    } else if (event === 'runChanged') this.records.push((value as EngineEvents['runChanged']).record);
    else this.logs.push(value as EngineEvents['log']);
  };

  static async greeted(backend: BackendChoice = 'wasm', backends?: readonly Backend[]): Promise<TestEngine> {
    const engine = new TestEngine(backends);
    engine.info = await engine.service.api.hello({ protocolVersion, backend }, context());
    return engine;
  }

  get api(): EngineService['api'] {
    return this.service.api;
  }

  /** Starts a run and waits for its end. */
  async run(params: StartRun): Promise<RunHandle> {
    const handle = await this.api.startRun(params, context());
    await this.service.whenIdle();
    return handle;
  }

  async resume(directory: string): Promise<void> {
    await this.api.resumeRun({ directory }, context());
    await this.service.whenIdle();
  }

  /** Runs until an event for which `when` is true is heard, then cancels. */
  async runUntil(params: StartRun, when: (event: RunEvent) => boolean): Promise<RunHandle> {
    let cancelled: Promise<void> | undefined;
    this.hear = (event, { id }) => {
      if (!cancelled && when(event)) cancelled = this.api.cancelRun({ id }, context());
    };
    const handle = await this.run(params);
    await cancelled;
    this.hear = undefined;
    return handle;
  }
}

export const recordOf = (directory: string): Promise<RunRecord> => new RunFolder(directory).readRecord();

/** The journal without times, memory, states and warnings of no step: what a run came to, however often it was stopped. */
export const outcome = async (directory: string): Promise<object[]> =>
  (await readJournal(new RunFolder(directory).journalFile))
    .filter(({ type }) => type !== 'state' && type !== 'checkpoint' && type !== 'usage')
    .filter((event) => event.type !== 'warning' || event.step !== undefined)
    .map((event) => (event.type === 'layer' ? { ...event, layer: { ...event.layer, seconds: 0 } } : event))
    .map((event) => ({ ...event, at: 0 }));

/** Every file below a folder, relative, sorted. */
export const filesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

export const finalCheckpoint = (directory: string, step = totalSteps): Promise<Buffer> =>
  readFile(join(directory, `checkpoints/step-${String(step).padStart(6, '0')}.safetensors`));
