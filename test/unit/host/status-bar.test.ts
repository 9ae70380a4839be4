import { beforeEach, expect, it, vi } from 'vitest';

interface Item {
  text: string;
  tooltip?: string;
  visible: boolean;
  show(): void;
  hide(): void;
  dispose(): void;
}
const items = vi.hoisted(() => new Map<string, Item>());
const editor = vi.hoisted(() => {
  const opened: () => void = () => undefined;
  const documents: { uri: { path: string } }[] = [];
  return { documents, opened };
});

vi.mock('vscode', async () => ({
  ...(await import('./vscode-double')).vscodeDouble,
  Disposable: { from: () => ({ dispose: () => undefined }) },
  StatusBarAlignment: { Left: 1 },
  ThemeColor: Object,
  workspace: {
    get textDocuments() {
      return editor.documents;
    },
    onDidOpenTextDocument: (listener: () => void) => {
      editor.opened = listener;
    },
  },
  window: {
    createStatusBarItem: (id: string): Item => {
      const item: Item = {
        text: '',
        visible: false,
        show: () => {
          item.visible = true;
        },
        hide: () => {
          item.visible = false;
        },
        dispose: () => undefined,
      };
      items.set(id, item);
      return item;
    },
  },
}));

import { Emitter } from '../../../src/host/emitter';
import type { EngineClient } from '../../../src/host/engine-client';
import type { RunStore } from '../../../src/host/run-store';
import type { EngineInfo } from '../../../src/protocol/engine';
import { StatusBar } from '../../../src/host/status-bar';

const changed = new Emitter<void>(() => undefined);
const engine = {
  state: 'stopped',
  running: [] as { id: string; directory: string }[],
  info: undefined as Pick<EngineInfo, 'backend' | 'reason' | 'executor'> | undefined,
  onDidChange: changed.event,
};
const entry = { id: 'a-1', directory: '/a-1', step: 412, best: undefined, record: {} };
let runs: unknown[];

const shown = (): boolean => items.get('sparsescope.state')!.visible;
let bar: StatusBar;
beforeEach(() => {
  runs = [];
  editor.documents = [];
  Object.assign(engine, { state: 'stopped', running: [], info: undefined });
  const store = { list: () => runs, get: () => entry, onDidChange: () => undefined };
  bar = new StatusBar(engine as unknown as EngineClient, store as unknown as RunStore);
});

it('is not shown in a window that has nothing of ours, and is once a config is opened', () => {
  editor.documents = [{ uri: { path: '/settings.json' } }];
  editor.opened();
  expect(shown()).toBe(false);
  editor.documents.push({ uri: { path: '/a.sparse.json' } });
  editor.opened();
  expect(shown()).toBe(true);
});

it('is shown where there are runs', () => {
  runs = [entry];
  changed.fire();
  expect(shown()).toBe(true);
});

it('says run, step and backend while a run goes on, and offers Cancel', () => {
  const executor = { name: 'sparse', threads: 2, reason: 'kept weights only.' };
  const backend = { name: 'wasm', reason: 'with SIMD.' };
  const record: object = { state: 'training', totalSteps: 780, backend, executor };
  Object.assign(entry, { record });
  const info = { backend: 'wasm', reason: 'with SIMD.', executor };
  Object.assign(engine, { state: 'ready', running: [entry], info });
  changed.fire();
  const tooltip = (): string | undefined => items.get('sparsescope.state')!.tooltip;
  expect(bar.text).toBe('$(sync~spin) a-1 · step 412/780 · sparse, wasm');
  expect(tooltip()).toBe('Sparsescope\nwasm: with SIMD.\nsparse, 2 threads: kept weights only.');
  Object.assign(entry, { record: { ...record, executor: { name: 'tensors', reason: 'as asked.' } } });
  changed.fire();
  expect(bar.text).toBe('$(sync~spin) a-1 · step 412/780 · wasm');
  expect(bar.cancelVisible).toBe(true);
  engine.running.push({ id: 'b-1', directory: '/b-1' });
  changed.fire();
  expect(bar.text).toBe('$(sync~spin) a-1 · step 412/780 · wasm · 1 more');
  engine.running = [];
  changed.fire();
  expect(bar.text).toBe('$(pulse) Sparsescope: wasm · idle');
  expect(tooltip()).toBe('Sparsescope\nwasm: with SIMD.\nSparse runs: sparse, 2 threads: kept weights only.');
  expect(bar.cancelVisible).toBe(false);
});
