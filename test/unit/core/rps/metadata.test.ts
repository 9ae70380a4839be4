import { expect, it } from 'vitest';
import { metadataText, readMetadata } from '../../../../src/core/rps/metadata';
import { normalisedScales, plainScales } from '../../../../src/core/rps/scales';
import { sharingOf } from '../../../../src/core/rps/sharing';
import { smallLayers, specs } from './layers';

it.each(specs)('$kind, aligned $aligned: a mapping is read as it was written', (spec) => {
  for (const scope of ['global', 'local'] as const) {
    const table = { name: 'table', rows: 9, columns: 31, embedding: true, deviation: 1 } as const;
    const sharing = sharingOf([table, ...smallLayers], { compression: 2.3, spec, scope });
    for (const scales of [plainScales(sharing, 0.037), normalisedScales(sharing)])
      expect(readMetadata(metadataText({ sharing, scales }), sharing.m)).toEqual({ sharing, scales });
  }
});

const sharing = sharingOf(smallLayers, { compression: 2, spec: specs[2], scope: 'global' });
const text = metadataText({ sharing, scales: plainScales(sharing, 0.1) });
const normalised = metadataText({ sharing, scales: normalisedScales(sharing) });
const chunked = metadataText({
  sharing: sharingOf(smallLayers, { compression: 2, spec: specs[4], scope: 'global' }),
  scales: plainScales(sharing, 0.1),
});
const folded = metadataText({
  sharing: sharingOf(smallLayers, { compression: 2, spec: specs[5], scope: 'global' }),
  scales: plainScales(sharing, 0.1),
});
const aligned = metadataText({
  sharing: { ...sharing, spec: { ...sharing.spec, aligned: true } },
  scales: plainScales(sharing, 0.1),
});

it.each<[string, string, number?]>([
  ['not JSON', text.slice(1)],
  ['no object', '[]'],
  ['version is 2', text.replace('"version":1', '"version":2')],
  ['no layers', text.replace('"layers"', '"levels"')],
  ['a layer is no object', text.replace(/"layers":\[\{.*?\},/, '"layers":[3,')],
  ['a layer has no name', text.replace('"name"', '"title"')],
  ['"mapping" is none of', text.replace('"mapping":"roast"', '"mapping":"rost"')],
  ['"scope" is none of', text.replace('"global"', '"all"')],
  ['"tile" is not two numbers', text.replace('[4,8]', '[4]')],
  ['"seed" is no number', text.replace('"seed":3', '"seed":"3"')],
  ['"n" is 1327, and its layers make 1354', text.replace('"rows":8,"columns":27', '"rows":9,"columns":27')],
  ['"m" is 664, and its layers make 663', text.replace('"m":663', '"m":664')],
  ['"normalised" is neither true nor false', text.replace('"normalised":false,', '')],
  ['"normalised" is neither true nor false', text.replace('"normalised":false', '"normalised":"yes"')],
  ['"embedding" of layer "conv1" is neither true nor false', text.replace('"rows":8', '"embedding":1,"rows":8')],
  ['"aligned" is neither true nor false', aligned.replace('"aligned":true', '"aligned":1')],
  ['"lambda" of layer "conv1" is not its "deviation"', normalised.replace('"lambda":0.27', '"lambda":0.28')],
  ['the kernel of layer "conv1", 3 x 2, does not fit its 27 columns', text.replace('"kernel":[3,3]', '"kernel":[3,2]')],
  ['the kernel of layer "conv1", 0 x 0, does not', text.replace('"kernel":[3,3]', '"kernel":[0,0]')],
  ['the kernel of layer "conv1", -3 x -3, does not', text.replace('"kernel":[3,3]', '"kernel":[-3,-3]')],
  ['the kernel of layer "conv1", 1.5 x 6, does not', text.replace('"kernel":[3,3]', '"kernel":[1.5,6]')],
  ['the groups of layer "conv2", 3, do not divide its 8 rows', text.replace('"groups":4', '"groups":3')],
  ['the groups of layer "conv2", 0, do not', text.replace('"groups":4', '"groups":0')],
  ['the groups of layer "conv2", -4, do not', text.replace('"groups":4', '"groups":-4')],
  ['the groups of layer "conv2", 0.5, do not', text.replace('"groups":4', '"groups":0.5')],
  ['"lambda" of layer "conv1" is not above 0', text.replace(/"lambda":[\d.]+/, '"lambda":-1')],
  ['"rows" of layer "conv1" is no number', text.replace('"rows":8', '"rows":"8"')],
  [
    'a compression is virtual weights over stored ones, 1 or more; 0.5 is not',
    text.replace('"compression":2', '"compression":0.5'),
  ],
  ['compression 1000000 leaves no location', folded.replace('"compression":2', '"compression":1000000')],
  ['layer "conv1": the standard deviation', text.replace(/"deviation":[\d.]+/, '"deviation":0')],
  ['a tile is [rows, columns], whole numbers from 1 to 65,536', text.replace('[4,8]', '[1099511627776,8]')],
  ['a tile is [rows, columns]', text.replace('[4,8]', '[0,8]')],
  ['a tile of layer "fc1" has 837 weights', text.replace('[4,8]', '[65536,65536]')],
  ['the seed of a mapping', text.replace('"seed":3', '"seed":-1')],
  ['a chunk is', chunked.replace('"chunk":6', '"chunk":1099511627776')],
  ['layer "conv1" has 0 x 27 weights', text.replace('"rows":8,"columns":27', '"rows":0,"columns":27')],
  ['layer "conv2" is listed twice', text.replace('"conv1"', '"conv2"')],
  ['no layer shares', text.replace(/"layers":.*/, '"layers":[]}')],
  [
    'weights are more than 2,147,483,647',
    text.replace('"rows":8,"columns":27', '"rows":2147483648,"columns":2147483646'),
  ],
  ['the memory has 662 numbers', text, 662],
])('says that %s', (sentence, changed, memory = sharing.m) => {
  expect(changed === text).toBe(memory !== sharing.m);
  expect(() => readMetadata(changed, memory)).toThrow(
    expect.objectContaining({
      code: 'rps.bad-metadata',
      message: expect.stringContaining(sentence) as string,
    }) as Error,
  );
  // Advice about a config would be about none.
  expect(() => readMetadata(changed, memory)).toThrow(/\. Use another copy, or write it again from the run\.$/);
});

it('a file of a few bytes cannot have billions of weights looked at', () => {
  const huge = sharingOf([{ name: 'all', rows: 2 ** 15, columns: 2 ** 15, deviation: 1 }], {
    compression: 2 ** 30,
    spec: { kind: 'random', seed: 1 },
    scope: 'global',
  });
  const claimed = metadataText({ sharing: huge, scales: { lambda: Float64Array.of(1), normalised: true } });
  expect(() => readMetadata(claimed, 1)).toThrow(
    /1,073,741,824 weights are more than 268,435,456\. Use another copy, or write it again from the run\.$/,
  );
});
