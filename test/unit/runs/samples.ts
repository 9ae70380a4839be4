/** Records, events and run folders for the tests of this folder. */
import { isEnded } from '../../../src/protocol/run';
import type {
  LayerSignals,
  LayerSummary,
  RunEvent,
  RunRecord,
  SpectrumEvent,
  StepEvent,
} from '../../../src/protocol/run';
import type { SharingSummary } from '../../../src/protocol/sharing';
import { RunFolder } from '../../../src/runs/folder';
import { temporaryFolder } from '../formats/bytes';

export const sampleLayer = (name: string, init: 'base' | 'eoi' = 'eoi'): LayerSummary => ({
  name,
  shape: [4, 6],
  targetDensity: 0.5,
  density: 0.5,
  nonZeros: 12,
  init,
  rotations: init === 'eoi' ? 3 : 0,
  orthogonalityError: 1e-7,
  singularValues: { min: 1, mean: 1, max: 1, dead: 0 },
});

export const sampleRecord = (id: string, changes: Partial<RunRecord> = {}): RunRecord => ({
  version: 1,
  id,
  name: 'mlp7-eoi',
  configPath: '/home/ada/nets/mlp7-eoi.sparse.yaml',
  seed: 1,
  state: 'training',
  createdAt: '2025-01-01T00:00:00.000Z',
  versions: { sparsescope: '0.1.0', node: '20.0.0', tfjs: '4.22.0' },
  backend: { name: 'wasm', reason: 'it is always there' },
  pid: process.pid,
  dataset: { source: 'synthetic-digits', train: 900, validation: 100, sha256: 'ab12' },
  network: { inputs: 784, classes: 10 },
  totalSteps: 100,
  layers: [],
  ...changes,
});

export const sampleSharing: SharingSummary = {
  method: 'stable-rps',
  mapping: 'fold',
  scope: 'global',
  compression: 10,
  scaler: 'theory',
  n: 100,
  m: 10,
  bytes: { memory: 40, optimizer: 40, dense: 0, index: 0, weights: 400 },
};

export const stepEvent = (step: number, at = 10 * step): StepEvent => ({
  type: 'step',
  at,
  step,
  epoch: 1,
  loss: 2 / step,
  accuracy: 0.5,
  gradientNorm: 1,
  learningRate: 0.1,
});

export const spectrumEvent = (step: number, layer: string, values: number[] = [1, 0.5]): SpectrumEvent => ({
  type: 'spectrum',
  at: 10 * step,
  step,
  layer,
  summary: { min: 0.5, mean: 0.75, max: 1, dead: 0 },
  values,
});

export const epochEvent = (step: number, epoch: number): RunEvent => ({
  type: 'epoch',
  at: 10 * step,
  step,
  epoch,
  trainLoss: 1,
  trainAccuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
});

export const jacobianEvent = (step: number, values: number[] = [2, 1]): RunEvent => ({
  type: 'jacobian',
  at: 10 * step,
  step,
  samples: 4,
  summary: { min: 1, mean: 1.5, max: 2, dead: 0 },
  values,
  meanField: 2.4,
  depth: {
    samples: 2,
    layers: [
      { layer: 'fc1', index: 1, summary: { min: 0, mean: 1, max: 2, dead: 1 }, meanSquare: 2, meanField: Infinity },
      { layer: 'fc7', index: 7, summary: { min: 1, mean: 1.5, max: 2, dead: 0 }, meanSquare: 2.5 },
    ],
  },
});

const layerSignals: LayerSignals = {
  layer: 'fc1',
  weightNorm: 3,
  gradientNorm: 0.5,
  meanSquare: 1,
  variance: 0.5,
  activationVariance: null,
  units: 10,
  dead: 2,
  kept: 40,
  effective: 30,
  chi: NaN,
  dense: { q: 1, chi: null },
  sparse: null,
};

export const signalsEvent = (step: number): RunEvent => ({
  type: 'signals',
  at: 10 * step,
  step,
  samples: 4,
  layers: [layerSignals, { ...layerSignals, layer: 'fc2', sparse: { q: 1, chi: 0.5 } }],
  deep: { q: 0.5, chi: 1 },
});

export const usageEvent = (step: number): RunEvent => ({
  type: 'usage',
  at: 10 * step,
  step,
  examplesPerSecond: 1000.5,
  rss: 2 ** 27,
  tensorBytes: 4096,
  tensors: 12,
  heapBytes: null,
});

/** A new run folder that nobody holds. */
export async function newRun(options: Parameters<typeof RunFolder.create>[0]): Promise<RunFolder> {
  const { folder, lock } = await RunFolder.create(options);
  await lock.release();
  return folder;
}

/** A run folder with a record, in a temporary project; locked by this process when the run goes on in it. */
export const sampleRun = async (changes: Partial<RunRecord> = {}): Promise<RunFolder> => {
  const folder = await newRun({
    root: await temporaryFolder(),
    name: 'mlp7-eoi',
    configText: 'version: 1\n',
  });
  const record = sampleRecord(folder.id, changes);
  await folder.writeRecord(record);
  if (!isEnded(record.state) && record.pid === process.pid) await folder.lock();
  return folder;
};

/** The id of a process that has ended. */
export const deadPid = 2 ** 30;
