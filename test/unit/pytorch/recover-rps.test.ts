/** The example that recovers shared weights in PyTorch, run with a real torch where there is one: it agrees with ours. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tensorShape } from '../../../src/core/density/layer-shape';
import { Rng } from '../../../src/core/rng';
import { memoryTensor, metadataText, sharingKey } from '../../../src/core/rps/metadata';
import { expand } from '../../../src/core/rps/recover';
import { drawMemory, MemoryDrawing } from '../../../src/core/rps/initial-draw';
import { normalisedScales, plainScales } from '../../../src/core/rps/scales';
import type { Scales } from '../../../src/core/rps/scales';
import { sharingOf } from '../../../src/core/rps/sharing';
import type { Sharing } from '../../../src/core/rps/sharing';
import { writeSafetensors } from '../../../src/formats/safetensors';
import { smallLayers, specs } from '../core/rps/layers';
import { temporaryFolder } from '../formats/bytes';
import { missing, run } from './python';

const script = 'examples/pytorch/recover_rps.py';

async function fileOf(
  sharing: Sharing,
  scales: Scales,
  { change = (text) => text, spoil }: { change?: (text: string) => string; spoil?: number } = {},
): Promise<{ shared: string; expanded: string }> {
  const memory = drawMemory(sharing, scales, new MemoryDrawing({ kind: 'normal', s: 0.04 }, Rng.fromSeed(5)));
  const weights = expand(sharing, scales, memory);
  if (spoil !== undefined) memory[1] = spoil;
  const folder = await temporaryFolder();
  const [shared, expanded] = [join(folder, 'shared.safetensors'), join(folder, 'expanded.safetensors')];
  await writeSafetensors(shared, [{ name: memoryTensor, dtype: 'F32', shape: [sharing.m], data: memory }], {
    [sharingKey]: change(metadataText({ sharing, scales })),
  });
  await writeSafetensors(
    expanded,
    sharing.layers.map((layer, l) => ({
      name: `layers.${layer.name}.weight`,
      dtype: 'F32',
      shape: tensorShape(layer),
      data: weights[l],
    })),
    {},
  );
  return { shared, expanded };
}

/** One python for many files, since starting torch takes longer than all of them: a line of each pair, `ok` or why not. */
const compareAll = (files: { shared: string; expanded: string }[]): string[] => {
  const program = [
    'import sys',
    "sys.path.insert(0, 'examples/pytorch')",
    'from recover_rps import InitError, compare, recover',
    'for shared, expanded in zip(sys.argv[1::2], sys.argv[2::2]):',
    '    try:',
    '        compare(recover(shared), expanded, 1e-6)',
    "        print('ok')",
    '    except InitError as error:',
    '        print(error)',
  ].join('\n');
  const { status, stdout, stderr } = run('-c', program, ...files.flatMap(({ shared, expanded }) => [shared, expanded]));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim().split('\n');
};

describe.skipIf(missing !== undefined)(`recover_rps.py${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  test('recovers our weights to 1e-6: of every mapping, scope and form, of seeds beyond 32 bits too', async () => {
    const files = [];
    for (const [k, spec] of specs.entries())
      for (const scope of ['global', 'local'] as const) {
        const seeded = { ...spec, seed: k % 2 ? 3 : 2 ** 40 + 7 };
        const sharing = sharingOf(smallLayers, { compression: 2.7, spec: seeded, scope });
        files.push(await fileOf(sharing, plainScales(sharing, 0.04)), await fileOf(sharing, normalisedScales(sharing)));
      }
    expect(compareAll(files)).toEqual(files.map(() => 'ok'));
  });

  test('prints a line for each layer, and says so where the weights are not those of the memory', async () => {
    const sharing = sharingOf(smallLayers, { compression: 2, spec: specs[5], scope: 'global' });
    const { shared, expanded } = await fileOf(sharing, plainScales(sharing, 0.04));
    const good = run(script, shared, '--compare', expanded);
    expect({ status: good.status, stderr: good.stderr }).toEqual({ status: 0, stderr: '' });
    const lines = good.stdout.trim().split('\n');
    expect(lines).toHaveLength(smallLayers.length + 1);
    expect(lines[0]).toMatch(/^conv1 +8 x 3 x 3 x 3 +norm \S+ {2}std \S+$/);
    expect(lines.at(-1)).toBe('4 layers, 1327 weights recovered; as in expanded.safetensors');
    const other = { ...sharing, spec: { ...sharing.spec, seed: 4 } };
    const { status, stderr } = run(
      script,
      shared,
      '--compare',
      (await fileOf(other, plainScales(other, 0.04))).expanded,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /shared\.safetensors: layer conv1 differs from .*expanded\.safetensors by \S+ of its largest weight\.\n$/,
    );
  });

  test('says in one sentence what of the metadata cannot be', async () => {
    const sharing = sharingOf(smallLayers, { compression: 2, spec: specs[3], scope: 'global' });
    const changes: [string, string | RegExp, string][] = [
      ['is not JSON', '{"version"', '"version"'],
      ['has version 2', '"version":1', '"version":2'],
      ['its mapping or scope is another', '"roast"', '"roasts"'],
      ["lacks 'seed'", '"seed"', '"seeds"'],
      ['the seed is not from 0 to 2^53 - 1', '"seed":3', `"seed":${2n ** 60n}`],
      ['a tile is two whole numbers', '[4,8]', '[4,8,2]'],
      ['does not fit', '"rows":8', '"rows":16'],
      ['does not fit', '"compression":2', '"compression":2.01'],
      ['a compression is', '"compression":2', '"compression":-2'],
      ["lacks 'normalised'", '"normalised":true,', ''],
      ['normalised is neither true nor false', '"normalised":true', '"normalised":"yes"'],
      ['aligned is neither true nor false', '"aligned":true', '"aligned":1'],
      ['lambda of layer conv1 is not its deviation', '"lambda":0.27', '"lambda":0.28'],
      ...['0', '1e-170', '1e170'].map((value): [string, string, string] => [
        'the deviation of layer conv1 is no number from 1.18e-38 to 3.4e38',
        '"deviation":0.27',
        `"deviation":${value}`,
      ]),
      ['lambda of layer conv1 is no number above 0', '"lambda":0.27', '"lambda":Infinity'],
      ['the kernel of layer conv1 does not fit its 27 columns', '"kernel":[3,3]', '"kernel":[0,0]'],
      ['the kernel of layer conv1 does not fit its 27 columns', '"kernel":[3,3]', '"kernel":[3,2]'],
      ['the groups of layer conv2 do not divide its 8 rows', '"groups":4', '"groups":3'],
      ['two layers have one name', '"fc2"', '"fc1"'],
      ['it has no layers', /"layers":.*/, '"layers":[]}'],
    ];
    const files = [];
    for (const [, from, to] of changes)
      files.push(
        await fileOf(sharing, normalisedScales(sharing), {
          change: (text) => {
            const changed = text.replace(from, to);
            expect(changed).not.toBe(text);
            return changed;
          },
        }),
      );
    const said = compareAll(files);
    changes.forEach(([sentence], k) => expect(said[k]).toContain(sentence));
  });

  test('refuses a memory that is not finite, and one that makes such weights', async () => {
    const sharing = sharingOf(smallLayers, { compression: 2, spec: specs[5], scope: 'global' });
    const scales = plainScales(sharing, 0.04);
    const change = (text: string): string => text.replace(/"lambda":[\d.]+/, '"lambda":1e300');
    const files = [await fileOf(sharing, scales, { spoil: NaN }), await fileOf(sharing, scales, { change })];
    expect(compareAll(files)).toEqual([
      'its memory has a number that is not finite',
      'its memory makes weights of layer conv1 that are not finite',
    ]);
  });
});
