import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { npyFile } from '../formats/npy-file';
import { png } from '../formats/picture-files';
import { configText, context, Project, TestEngine } from './project';

let project: Project;
beforeEach(async () => void (project = await Project.create()));
afterEach(() => project.remove());

const preview = async (text: string) => {
  const engine = await TestEngine.greeted('cpu');
  return engine.api.previewData({ configPath: project.configPath, configText: text, root: project.root }, context());
};

describe('a preview of data', () => {
  it('tells the parts, the classes, the values and the first pictures of each class', async () => {
    const found = await preview(configText());
    expect(found).toMatchObject({ source: 'mnist', inputs: 784, picture: [1, 28, 28], train: 48, validation: 12 });
    expect(found.classes.map(({ name }) => name)).toEqual([...Array(10).keys()].map(String));
    expect(found.classes.reduce((sum, { count }) => sum + count, 0)).toBe(48);
    expect(found.examples.slice(0, 10).map(({ label }) => label)).toEqual([...Array(10).keys()]);
    const { width, height, rgb } = found.examples[0].pixels!;
    expect([width, height, rgb.length]).toEqual([28, 28, 3 * 784]);
    // What is standardised for a network is shown as it was drawn: the least and the most of noise over all levels.
    expect(Math.min(...rgb)).toBeLessThan(8);
    expect(Math.max(...rgb)).toBeGreaterThan(247);
    expect(found.values.min).toBeCloseTo(-0.1307 / 0.3081, 1);
  });

  it('does not need a network that fits, and shows values that are no picture', async () => {
    const put = (name: string, bytes: Uint8Array) => writeFile(join(project.root, 'data', name), bytes);
    await put(
      'x_train.npy',
      npyFile(
        '<f4',
        [20, 3],
        Float32Array.from({ length: 60 }, (_, i) => i),
      ),
    );
    await put(
      'y_train.npy',
      npyFile(
        '|u1',
        [20],
        Uint8Array.from({ length: 20 }, (_, i) => i % 2),
      ),
    );
    const found = await preview(configText({ data: 'source: npy, path: ./data' }));
    expect(found).toMatchObject({ inputs: 3, train: 16, validation: 4, classCount: 2 });
    expect(found.picture).toBeUndefined();
    expect(found.examples[0].values).toHaveLength(3);
  });

  it('names classes and what was left out of a folder of pictures', async () => {
    for (const name of ['cat', 'dog']) {
      await mkdir(join(project.root, 'data', name));
      for (let i = 0; i < 5; i++)
        await writeFile(
          join(project.root, `data/${name}/${i}.png`),
          png(130, 100, () => [10, 200, 30]),
        );
    }
    await writeFile(join(project.root, 'data/cat/9.png'), 'no picture');
    const found = await preview(configText({ data: 'source: image-folder, path: ./data, onCorrupt: skip' }));
    expect(found.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
    expect(found.warnings).toEqual([expect.stringContaining('9.png') as unknown]);
    const { width, height, rgb } = found.examples[0].pixels!;
    expect([width, height]).toEqual([44, 34]);
    expect([...rgb.subarray(0, 3)]).toEqual([10, 200, 30]);
  });

  it('is refused in a sentence where there is nothing to see', async () => {
    await expect(preview(configText({ data: 'source: npy, path: ./nowhere' }))).rejects.toMatchObject({
      code: 'file.not-found',
    });
    await expect(preview('version: 1\n')).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
