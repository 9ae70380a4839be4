import { describe, expect, it } from 'vitest';
import { look, viewsOf } from '../../../src/engine/data/augment';
import type { View } from '../../../src/engine/data/augment';
import { Batches, batchesFor } from '../../../src/engine/data/batches';
import type { DataSet } from '../../../src/engine/data/data-set';
import { checkConfig } from '../../../src/config/check';

/** What the paper says, literally: pad, crop, mirror. */
function reference({ up, left, mirrored }: View, [channels, height, width]: number[], from: Uint8Array): number[] {
  return Array.from({ length: channels }, (_, c) => {
    const plane = Array.from({ length: height }, (_row, y) =>
      Array.from(from.subarray((c * height + y) * width, (c * height + y + 1) * width)),
    );
    const blank = Array.from({ length: 4 }, () => new Array<number>(width + 8).fill(0));
    const padded = [...blank, ...plane.map((row) => [0, 0, 0, 0, ...row, 0, 0, 0, 0]), ...blank];
    const cropped = padded.slice(4 + up, 4 + up + height).map((row) => row.slice(4 + left, 4 + left + width));
    return cropped.map((row) => (mirrored ? row.toReversed() : row)).flat();
  }).flat();
}

const size = [2, 6, 5] as const;
const values = 60;

describe('a view of a picture', () => {
  const from = Uint8Array.from({ length: values }, (_, i) => i + 1);

  it.each([-4, -1, 0, 3, 4])('%s rows up is the padded picture, cropped and mirrored', (up) => {
    for (let left = -4; left <= 4; left++)
      for (const mirrored of [false, true]) {
        const to = new Uint8Array(values).fill(77);
        look({ up, left, mirrored }, size, from, to);
        expect([...to]).toEqual(reference({ up, left, mirrored }, [...size], from));
      }
  });
});

describe('the views of an epoch', () => {
  const many = (augment: ('crop' | 'flip')[], seed = 1, epoch = 0): View[] => {
    const view = viewsOf(augment, seed, epoch);
    return Array.from({ length: 4000 }, (_, i) => view(i));
  };

  it('depend on seed, epoch and example', () => {
    expect(many(['crop'])).toEqual(many(['crop']));
    expect(many(['crop'], 2)).not.toEqual(many(['crop']));
    expect(many(['crop'], 1, 1)).not.toEqual(many(['crop']));
    const view = viewsOf(['crop', 'flip'], 1, 0);
    expect([view(7), view(3), view(7)]).toEqual([view(7), viewsOf(['crop', 'flip'], 1, 0)(3), view(7)]);
  });

  it('have every place and either side about equally often', () => {
    const views = many(['crop', 'flip']);
    for (let shift = -4; shift <= 4; shift++) {
      // 4000 / 9 = 444, standard deviation 20.
      for (const axis of ['up', 'left'] as const)
        expect(Math.abs(views.filter((view) => view[axis] === shift).length - 444)).toBeLessThan(100);
    }
    expect(Math.abs(views.filter(({ mirrored }) => mirrored).length - 2000)).toBeLessThan(160);
    const both = views.filter(({ mirrored, up }) => mirrored && up > 0).length;
    expect(Math.abs(both - (2000 * 4) / 9)).toBeLessThan(140);
  });

  it('do only what is asked for, the same with and without the other', () => {
    const both = many(['crop', 'flip']);
    expect(many(['crop'])).toEqual(both.map((view) => ({ ...view, mirrored: false })));
    expect(many(['flip'])).toEqual(both.map(({ mirrored }) => ({ up: 0, left: 0, mirrored })));
  });
});

describe('batches of varied pictures', () => {
  const count = 40;
  const data: DataSet = {
    source: 'cifar-10',
    inputs: 3 * 32 * 32,
    picture: [3, 32, 32],
    classes: 10,
    sha256: '',
    train: {
      count,
      values: Uint8Array.from({ length: count * 3072 }, (_, i) => (i * 31 + 7) % 251),
      labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
    },
  };
  const config = (augment: string, batchSize: number) => {
    const text = `version: 1\nmodel: { preset: mlp-7 }\ndata: { source: cifar-10, path: ., validation: 0.25, augment: [${augment}] }\ntrain: { batchSize: ${batchSize} }\n`;
    const { config: checked, issues } = checkConfig(text, 'yaml');
    expect(issues).toEqual([]);
    return checked!;
  };
  const epoch = async (augment: string, batchSize: number, number = 0): Promise<number[]> => {
    const { train } = batchesFor(config(augment, batchSize), data);
    const shuffled = train.shuffled(1, number);
    const batches = await Promise.all(Array.from({ length: shuffled.count }, (_, i) => shuffled.batch(i)));
    return batches.flatMap(({ x }) => [...x]);
  };

  it('are the same whatever the batch size', async () => {
    expect(await epoch('crop, flip', 7)).toEqual(await epoch('crop, flip', 30));
  });

  it('differ from epoch to epoch, and from pictures as they are', async () => {
    const plain = await epoch('', 30);
    expect(await epoch('crop', 30)).not.toEqual(plain);
    expect(await epoch('flip', 30)).not.toEqual(plain);
    expect(await epoch('crop', 30, 1)).not.toEqual(await epoch('crop', 30));
    // The order is that of the seed and the epoch, with or without: means of whole pictures stay when they are mirrored.
    const sums = (x: number[]) =>
      Array.from({ length: 30 }, (_, i) =>
        x
          .slice(i * 3072, (i + 1) * 3072)
          .reduce((a, b) => a + b, 0)
          .toFixed(3),
      );
    expect(sums(await epoch('flip', 30))).toEqual(sums(plain));
  });

  it('leave the validation part alone', async () => {
    const { validation } = batchesFor(config('crop, flip', 30), data);
    const plain = batchesFor(config('', 30), data).validation;
    expect((await validation.batch(0)).x).toEqual((await plain.batch(0)).x);
    expect((await validation.sample(3)).x).toEqual((await plain.sample(3)).x);
  });

  it('pad with black, not with the mean', async () => {
    const white: DataSet = { ...data, train: { ...data.train, values: new Uint8Array(count * 3072).fill(255) } };
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    const batches = new Batches(white, { examples: white.train, indices }, count, { augment: ['crop'] });
    const found = new Set([...(await batches.shuffled(1, 0).batch(0)).x.subarray(0, 1024)].map((x) => x.toFixed(4)));
    expect([...found].sort()).toEqual([((0 - 0.4914) / 0.247).toFixed(4), ((1 - 0.4914) / 0.247).toFixed(4)].sort());
  });
});
