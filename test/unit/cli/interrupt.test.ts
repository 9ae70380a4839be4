import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { init } from '../../../src/cli/commands/init';
import { report } from '../../../src/cli/commands/report';
import { interruptible } from '../../../src/cli/interrupt';
import type { Output } from '../../../src/cli/output';
import { RpcCancelled } from '../../../src/protocol/rpc';
import { stopOf } from '../../../src/runs/interruption';
import { configText, Project, TestEngine } from '../engine/project';

class Recording implements Output {
  results = '';
  problems = '';
  constructor(private readonly onProgress: (line: string | undefined) => void = () => undefined) {}
  out(text: string): void {
    this.results += text;
  }
  err(text: string): void {
    this.problems += text;
  }
  progress(line: string | undefined): void {
    this.onProgress(line);
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = (): number[] => signals.map((name) => process.listenerCount(name));

let before: number[];
beforeEach(() => (before = listeners()));
afterEach(() => {
  expect(listeners()).toEqual(before);
  vi.restoreAllMocks();
});

describe('Ctrl+C', () => {
  it('the first aborts, the second ends the process at once', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const output = new Recording();
    const ended = interruptible(output, (signal) => {
      process.emit('SIGINT');
      expect([signal.aborted, exit.mock.calls]).toEqual([true, []]);
      process.emit('SIGINT');
      expect(exit.mock.calls).toEqual([[130]]);
      return Promise.reject(new Error('in the middle'));
    });
    await expect(ended).rejects.toBeInstanceOf(RpcCancelled);
    expect(output.problems).toContain('press Ctrl+C again');
  });

  it.each([
    ['SIGINT', 'cancelled', 'Cancelling'],
    ['SIGTERM', 'interrupted', 'Ending'],
    ['SIGHUP', 'interrupted', 'Ending'],
  ] as const)('by %s what runs is %s', async (name, how, word) => {
    const output = new Recording();
    const found = await interruptible(output, (signal) => {
      process.emit(name);
      return Promise.resolve(stopOf(signal));
    });
    expect([found, output.problems]).toEqual([how, `${word}; press Ctrl+C again to end at once.\n`]);
  });

  it('the end of the terminal may be told more than once', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    await interruptible(new Recording(), () => {
      process.emit('SIGHUP');
      process.emit('SIGHUP');
      return Promise.resolve();
    });
    expect(exit.mock.calls).toEqual([]);
  });

  it('what fails without it fails as it is', async () => {
    await expect(interruptible(new Recording(), () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  });

  it('in the middle of report writes no page', async () => {
    const project = await Project.create();
    try {
      const { directory } = await (await TestEngine.greeted()).run(project.start());
      const files = await readdir(project.root);
      const output = new Recording();
      const attempt = report(directory, { output: join(project.root, 'page.html') }, output);
      process.emit('SIGINT');
      await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
      expect([output.results, await readdir(project.root)]).toEqual(['', files]);
    } finally {
      await project.remove();
    }
  });

  it('in the middle of init leaves no file, and no half of one', async () => {
    const project = await Project.create();
    try {
      await writeFile(project.configPath, configText());
      const files = await readdir(project.root);
      const output = new Recording((line) => {
        if (line?.endsWith('fc2')) process.emit('SIGTERM');
      });
      const attempt = init(project.configPath, { output: join(project.root, 'weights.safetensors') }, output);
      await expect(attempt).rejects.toBeInstanceOf(RpcCancelled);
      expect(output.results).toBe('');
      expect(await readdir(project.root)).toEqual(files);
    } finally {
      await project.remove();
    }
  });
});
