/** A machine with less free memory than a step is said to take: told before the run begins, which it does not change. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RunFolder } from '../../../src/runs/folder';
import { readJournal } from '../../../src/runs/journal';
import { tooLittleMemory } from '../../../src/engine/free-memory';
import { finalCheckpoint, Project, TestEngine } from './project';

afterEach(() => vi.restoreAllMocks());

const mebibyte = 2 ** 20;

describe('too little memory', () => {
  it('is told with both numbers, and not where there is enough or nobody knows', () => {
    expect(tooLittleMemory({ bytes: 1536 * mebibyte }, 300 * mebibyte)).toMatchObject({
      code: 'engine.little-memory',
      message: expect.stringMatching(/takes about 1\.5 GiB, and this machine has 300 MiB free/) as unknown,
    });
    expect(tooLittleMemory({ bytes: 1536 * mebibyte }, 1536 * mebibyte)).toBeUndefined();
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
    expect(tooLittleMemory({ bytes: 2 ** 60 })).toBeUndefined();
  });

  it.skipIf(process.platform === 'darwin')(
    'is the first that a run and its resumption say, and changes no byte',
    async () => {
      const project = await Project.create();
      try {
        const engine = await TestEngine.greeted();
        const whole = await engine.run(project.start());
        const free = vi.spyOn(process, 'availableMemory').mockReturnValue(1000);
        const { directory } = await engine.runUntil(
          project.start(),
          (event) => event.type === 'step' && event.step === 9,
        );
        await engine.resume(directory);
        expect(free).toHaveBeenCalled();
        const events = await readJournal(new RunFolder(directory).journalFile);
        const at = events.findIndex((event) => event.type === 'warning' && event.code === 'engine.little-memory');
        expect(at).toBeGreaterThanOrEqual(0);
        expect(events.slice(0, at).every(({ type }) => type === 'state')).toBe(true);
        expect(events.filter(({ type }) => type === 'warning')).toHaveLength(2);
        expect((await finalCheckpoint(directory)).equals(await finalCheckpoint(whole.directory))).toBe(true);
      } finally {
        await project.remove();
      }
    },
  );
});
