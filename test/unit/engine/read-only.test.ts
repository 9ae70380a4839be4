/** A config in a folder that may only be read, with the run's folder elsewhere. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/types';
import type { DataSet } from '../../../src/engine/data/data-set';
import { loadData } from '../../../src/engine/data/load';
import { png } from '../formats/picture-files';
import { whereNothingMayBeWritten } from '../nobody';
import { dataWords } from './data-words';
import { context, Project, recordOf, TestEngine } from './project';

let project: Project;
/** May be written by anybody. */
let elsewhere: string;
beforeEach(async () => {
  project = await Project.create();
  elsewhere = await mkdtemp(join(tmpdir(), 'sparsescope-elsewhere-'));
  await chmod(elsewhere, 0o777);
});
afterEach(async () => {
  await project.remove();
  await rm(elsewhere, { recursive: true, force: true });
});

const load = (said: Partial<Config['data']>, spare?: string): Promise<DataSet> =>
  loadData(dataWords(said), { root: project.root, spare, configFolders: [project.root] });
const keptIn = (root: string): Promise<string[]> => readdir(join(root, '.sparsescope/data'));

describe.skipIf(process.platform === 'win32')('where the project may not be written', () => {
  it('a run elsewhere draws its data beside its folder, and goes on with it', async () => {
    const engine = await TestEngine.greeted();
    const directory = join(elsewhere, 'mine');
    const start = project.start({ data: 'source: synthetic-digits', epochs: 1 }, directory);
    await whereNothingMayBeWritten(project.root, async () => {
      await engine.runUntil(start, ({ type }) => type === 'step');
      expect((await recordOf(directory)).state).toBe('cancelled');
      await engine.resume(directory);
    });
    expect(await recordOf(directory)).toMatchObject({ state: 'completed' });
    expect(await keptIn(elsewhere)).toEqual(['synthetic-digits-v1-seed0']);
    expect(await readdir(project.root)).toEqual(['data']);
    expect(engine.logs.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('what is written elsewhere keeps its data beside it', async () => {
    const { api } = await TestEngine.greeted();
    const source = project.start({ data: 'source: synthetic-digits', distribution: 'snip' });
    await whereNothingMayBeWritten(project.root, async () => {
      await api.prune({ ...source, output: join(elsewhere, 'pruned.safetensors') }, context());
      expect(await keptIn(elsewhere)).toEqual(['synthetic-digits-v1-seed0']);
      await rm(join(elsewhere, '.sparsescope'), { recursive: true });
      await api.initialise({ ...source, output: join(elsewhere, 'first.safetensors') }, context());
      expect(await keptIn(elsewhere)).toEqual(['synthetic-digits-v1-seed0']);
    });
  });

  it('drawn data is had without being kept where it may be kept nowhere, with the same hash', async () => {
    const kept = await load({ source: 'synthetic-digits', validation: 0 });
    await rm(join(project.root, '.sparsescope'), { recursive: true });
    await whereNothingMayBeWritten(project.root, async () => {
      const data = await load({ source: 'synthetic-digits', validation: 0 });
      expect(data.sha256).toBe(kept.sha256);
      // In one comparison: value by value millions take a minute.
      const bytes = ({ train: { values } }: DataSet): Uint8Array => values as Uint8Array;
      expect(Buffer.compare(bytes(data), bytes(kept))).toBe(0);
    });
  });

  it('pictures are decoded into the other folder; without one the sentence says what may not be written', async () => {
    for (const [name, level] of Object.entries({ a: 1, b: 2 })) {
      await mkdir(join(project.root, 'pictures', name), { recursive: true });
      const picture = png(4, 4, () => [level, level, level]);
      await writeFile(join(project.root, 'pictures', name, '1.png'), picture);
    }
    const said = { source: 'image-folder', path: './pictures' } as const;
    await whereNothingMayBeWritten(project.root, async () => {
      await expect(load(said)).rejects.toMatchObject({
        code: 'file.not-writable',
        message: expect.stringContaining(
          `The pictures are decoded into ${join(project.root, '.sparsescope')}, where nothing may be written. `,
        ) as string,
      });
      const { sha256 } = await load(said, elsewhere);
      const [name, ...others] = await keptIn(elsewhere);
      expect([name, others]).toEqual([expect.stringMatching(/^pictures-/), []]);
      expect((await load(said, elsewhere)).sha256).toBe(sha256);
    });
  });
});

describe.skipIf(process.platform === 'win32')(
  'a set of another label in the other folder, with a checksum that is right',
  () => {
    const digits = { source: 'synthetic-digits', validation: 0.1 } as const;

    /** The hash of the set as it is drawn. */
    async function plant(): Promise<string> {
      const drawn = await loadData(dataWords(digits), { root: elsewhere, configFolders: [project.root] });
      const home = join(elsewhere, '.sparsescope/data/synthetic-digits-v1-seed0');
      const labels = await readFile(join(home, 'train-labels-idx1-ubyte'));
      const sum = createHash('sha256').update(labels).digest('hex');
      labels[labels.length - 1] ^= 1;
      await writeFile(join(home, 'train-labels-idx1-ubyte'), labels);
      const sums = await readFile(join(home, 'SHA256SUMS'), 'utf8');
      await writeFile(join(home, 'SHA256SUMS'), sums.replace(sum, createHash('sha256').update(labels).digest('hex')));
      return drawn.sha256;
    }

    it('is not looked at while the project may be written', async () => {
      const drawn = await plant();
      expect((await load(digits, elsewhere)).sha256).toBe(drawn);
      expect(await keptIn(project.root)).toEqual(['synthetic-digits-v1-seed0']);
    });

    it('is not taken from behind a link, as somebody else may have laid', async () => {
      const drawn = await plant();
      await rename(join(elsewhere, '.sparsescope'), join(elsewhere, 'theirs'));
      await symlink('theirs', join(elsewhere, '.sparsescope'));
      await whereNothingMayBeWritten(project.root, async () => {
        expect((await load(digits, elsewhere)).sha256).toBe(drawn);
      });
    });

    it.runIf(process.geteuid?.() === 0)('is not taken from a folder of another user', async () => {
      const drawn = await plant();
      // Made by root; the work is done as nobody.
      await whereNothingMayBeWritten(project.root, async () => {
        expect((await load(digits, elsewhere)).sha256).toBe(drawn);
      });
    });
  },
);
