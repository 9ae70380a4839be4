/** The two view interfaces, served from files as the extension host does it, with a record of what was asked. */
import { TensorRotations, playedAs } from '../../src/host/views/tensor-rotations';
import { maskTile, valueTile, weightTile } from '../../src/formats/matrix-tiles';
import { tensorStatistics } from '../../src/formats/statistics';
import { openFile } from '../../src/formats/byte-source';
import { openSafetensors } from '../../src/formats/safetensors';
import { asFarAsShared } from '../../src/formats/shared-weights';
import type { RunViewApi, RunViewState, TensorViewApi } from '../../src/protocol/views';
import type { SaveChunk } from '../../src/protocol/save';
import { RunFolder } from '../../src/runs/folder';
import { RunReader } from '../../src/runs/reader';
import { SharingDesk, type SharingEngine } from '../../src/runs/sharing/desk';
import { runSubject } from '../../src/runs/sharing/run-subject';
import { SharedWeightPictures } from '../../src/runs/sharing/weights';
import type { SharingEdit } from '../../src/protocol/sharing';
import type { SharedWeightCalls, SharingCalls } from '../../src/protocol/sharing-view';

/** Files that the page saved, by name. */
export class Saved {
  readonly files = new Map<string, Buffer>();
  readonly chunkSizes: number[] = [];

  readonly finished = new Set<string>();

  readonly save = ({ name, offset, bytes, last }: SaveChunk): Promise<{ saved: boolean }> => {
    const before = offset === 0 ? Buffer.alloc(0) : this.files.get(name)!;
    if (before.length !== offset) throw new Error(`chunk at ${offset} after ${before.length} bytes`);
    this.files.set(name, Buffer.concat([before, bytes]));
    this.chunkSizes.push(bytes.length);
    if (last) this.finished.add(name);
    return Promise.resolve({ saved: true });
  };
}

export interface ServedRun {
  api: RunViewApi;
  reader: RunReader;
  saved: Saved;
  selected: RunViewState[];
  acts: string[];
  /** Of the config, as findings suggest. */
  edits: SharingEdit[];
}

/** Nothing is measured behind these tests. */
const noEngine: SharingEngine = {
  diagnose: () => Promise.reject(new Error('nothing measures here')),
  test: () => Promise.reject(new Error('nothing is tested here')),
};

function serveSharing(reader: RunReader, edits: SharingEdit[]): SharingCalls & SharedWeightCalls {
  const configPath = async (): Promise<string> => (await reader.snapshot()).record.configPath;
  const subject = runSubject(reader.folder, configPath, (_, made) => {
    edits.push(...made);
    return Promise.resolve();
  });
  const desk = new SharingDesk(subject, noEngine);
  const weights = new SharedWeightPictures(async () => (await desk.mapped()).sharing, desk.sharers);
  const { sharing, sharingOwners, sharers, measureSharing, testSharing, applySharingFix } = desk;
  const { sharedLayers, sharingTile, sharersOfWeight } = weights;
  return {
    ...{ sharing, sharingOwners, sharers, measureSharing, testSharing, applySharingFix },
    ...{ sharedLayers, sharingTile, sharersOfWeight },
  };
}

export function serveRun(directory: string): ServedRun {
  const reader = new RunReader(new RunFolder(directory));
  const saved = new Saved();
  const selected: RunViewState[] = [];
  const acts: string[] = [];
  const edits: SharingEdit[] = [];
  const api: RunViewApi = {
    snapshot: () => reader.snapshot(),
    maskTile: (params) => reader.maskTile(params),
    weightTile: (params) => reader.weightTile(params),
    valueTile: (params) => reader.valueTile(params),
    rotations: (params) => reader.rotations(params),
    metrics: (params) => reader.metrics(params),
    spectra: (params) => reader.spectra(params),
    jacobians: (params) => reader.jacobians(params),
    signals: (params) => reader.signals(params),
    sharingEvents: (params) => reader.sharingEvents(params),
    sharingFailures: () => reader.sharingFailures(),
    ...serveSharing(reader, edits),
    select: (state) => {
      selected.push(state);
      return Promise.resolve();
    },
    act: ({ action }) => {
      acts.push(action);
      return Promise.resolve();
    },
    save: saved.save,
  };
  return { api, reader, saved, selected, acts, edits };
}

export interface ServedTensors {
  api: TensorViewApi;
  saved: Saved;
  /** Names whose statistics were asked for. */
  computed: string[];
  close(): Promise<void>;
}

export function serveTensors(path: string): ServedTensors {
  const saved = new Saved();
  const computed: string[] = [];
  const rotations = new TensorRotations();
  const reading = openFile(path).then(openSafetensors).then(asFarAsShared);
  const opening = reading.then(({ found }) => found);
  const fileName = path.split('/').at(-1)!;
  const api: TensorViewApi = {
    summary: async () => {
      const { found, problem } = await reading;
      const { size, headerBytes, metadata, tensors } = found;
      return {
        ...{ fileName, size, headerBytes, metadata, tensors: tensors.length },
        ...(problem && { problem: problem.message }),
      };
    },
    tensors: async ({ start, end }) => {
      const file = await opening;
      return file.tensors.slice(start, Math.min(end, start + 2_000)).map((entry) => {
        const { name, dtype, shape, start: from, end: to } = entry;
        return { name, dtype, shape, bytes: to - from, ...playedAs(file, entry) };
      });
    },
    statistics: async ({ name }, context) => {
      computed.push(name);
      const file = await opening;
      return tensorStatistics(file, file.need(name), context.signal, (done, total) =>
        context.progress({ done, total, message: name }),
      );
    },
    maskTile: async ({ name, ...range }) => maskTile(await opening, (await opening).need(name), range),
    weightTile: async ({ name, ...range }) => weightTile(await opening, (await opening).need(name), range),
    valueTile: async ({ name, ...range }) => valueTile(await opening, (await opening).need(name), range),
    rotations: async (request, context) => rotations.page(await opening, request, context),
    save: saved.save,
  };
  return { api, saved, computed, close: async () => (await opening).close() };
}
