/** Small random networks about one layer of each type, with layers that have weights before and behind it. */
import fc from 'fast-check';
import { along, valuesIn } from '../../../src/core/flow';
import type { Flow } from '../../../src/core/flow';
import { activations, paddings } from '../../../src/core/network';
import type { ConvLayer, Layer, LinearLayer, Network, NormLayer, PictureSize } from '../../../src/core/network';

export interface Around {
  network: Network;
  examples: number;
  /** By which weights, examples and labels are drawn. */
  seed: number;
}

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const linear = (name: string, inputs: number, out: number): LinearLayer => ({ kind: 'linear', name, in: inputs, out });
const conv = (change: Partial<ConvLayer> & Pick<ConvLayer, 'name' | 'in' | 'out'>): ConvLayer => ({
  ...{ kind: 'conv', kernel: [1, 1], stride: 1, padding: 'zero', groups: 1 },
  ...change,
});
const norm = (over: NormLayer['over'], size: number): NormLayer => ({ kind: 'norm', over, name: 'norm', size });

/** With three examples or more no batch norm divides by next to nothing. */
const common = { classes: small(2, 3), examples: small(3, 5), seed: fc.nat(1e6) };
type Common = { classes: number; examples: number; seed: number };

const finished = (inputs: number, picture: PictureSize | undefined, layers: Layer[], drawn: Common): Around => {
  const { classes, examples, seed } = drawn;
  return { network: { inputs, classes, ...(picture && { picture }), layers }, examples, seed };
};

/** Tested on values: `size` of them come in. */
const ofValues = (tested: (size: number, mixed: number) => Layer[]): fc.Arbitrary<Around> =>
  fc
    .record({ ...common, inputs: small(2, 4), size: small(2, 5), mixed: fc.nat(1000) })
    .map(({ inputs, size, mixed, ...drawn }) => {
      const layers = [linear('before', inputs, size), ...tested(size, mixed)];
      const after = along(layers, { kind: 'values', size: inputs })!;
      return finished(inputs, undefined, [...layers, linear('after', valuesIn(after), drawn.classes)], drawn);
    });

/** Tested on a picture: what a convolution gives. */
const ofPictures = (tested: (size: PictureSize, mixed: fc.Arbitrary<number>) => fc.Arbitrary<Layer[]>) =>
  fc.tuple(small(1, 4), small(2, 5), small(2, 5)).chain(([channels, height, width]) =>
    fc
      .record({ ...common, layers: tested([channels, height, width], small(1, 3)) })
      .map(({ layers: own, ...drawn }) => {
        const picture: PictureSize = [2, height, width];
        const layers = [conv({ name: 'before', in: 2, out: channels, kernel: [1, 2] }), ...own];
        const after = along(layers, { kind: 'picture', size: picture });
        if (!after) throw new Error(`${JSON.stringify(layers)} does not fit ${picture.join(' x ')}`);
        return finished(
          2 * height * width,
          picture,
          [...layers, linear('after', valuesIn(after), drawn.classes)],
          drawn,
        );
      }),
  );

/** Tested on tokens, `count` of `size` values. */
const ofTokens = (tested: (flow: Extract<Flow, { kind: 'tokens' }>, heads: number) => Layer[]) =>
  fc
    .record({ ...common, height: small(1, 3), width: small(1, 2), heads: small(1, 2), each: small(1, 3) })
    .map(({ height, width, heads, each, ...drawn }) => {
      const picture: PictureSize = [2, height, width];
      const [count, size] = [height * width, 2 * heads * each];
      const layers: Layer[] = [
        conv({ name: 'before', in: 2, out: size }),
        { kind: 'tokens' },
        ...tested({ kind: 'tokens', count, size }, heads),
        linear('each', size, 3),
        { kind: 'activation', fn: 'tanh' },
        { kind: 'mean' },
        linear('after', 3, drawn.classes),
      ];
      return finished(2 * height * width, picture, layers, drawn);
    });

const convolution = (groupsOf: (channels: number) => fc.Arbitrary<{ groups: number; out: number }>) =>
  ofPictures(([channels, height, width], mixed) =>
    fc
      .record({
        grouped: groupsOf(channels),
        kernel: fc.tuple(small(1, Math.min(3, height)), small(1, Math.min(4, width))),
        stride: mixed,
        padding: fc.constantFrom(...paddings),
        bias: fc.boolean(),
      })
      .map(({ grouped, bias, ...looking }) => [
        conv({ name: 'tested', in: channels, ...grouped, ...looking, ...(!bias && { bias }) }),
      ]),
  );

const pooling = (of: 'max' | 'average') =>
  ofPictures(([, height, width], stride) =>
    fc
      .record({ size: small(1, Math.min(3, height, width)), stride })
      .map((window): Layer[] => [{ kind: 'pool', of, ...window }]),
  );

const always = (make: (size: PictureSize) => Layer[]) => ofPictures((size) => fc.constant(make(size)));
const tanh: Layer = { kind: 'activation', fn: 'tanh' };

export const kindsOfLayers: Readonly<Record<string, fc.Arbitrary<Around>>> = {
  'linear, of values': ofValues((size, mixed) => [
    { ...linear('tested', size, 3 * (1 + (mixed % 2))), stack: 3, ...(mixed % 3 === 0 && { bias: false }) },
  ]),
  'linear, of a picture': always(([channels, height, width]) => [linear('tested', channels * height * width, 4), tanh]),
  'linear, of tokens': ofTokens(({ size }) => [linear('tested', size, size)]),
  'conv, with groups': convolution((channels) =>
    fc.record({
      groups: fc.constantFrom(...[1, 2, 3].filter((groups) => channels % groups === 0)),
      out: fc.constantFrom(6, 12),
    }),
  ),
  'conv, depthwise': convolution((channels) => fc.constant({ groups: channels, out: channels })),
  ...Object.fromEntries(
    activations.map((fn) => [`activation, ${fn}`, ofValues(() => [{ kind: 'activation', fn }])] as const),
  ),
  'activation, of a picture': always(() => [tanh]),
  'norm over the batch, of values': ofValues((size) => [norm('batch', size)]),
  'norm over the batch, of a picture': always(([channels]) => [norm('batch', channels), tanh]),
  'norm over the batch, of tokens': ofTokens(({ size }) => [norm('batch', size)]),
  'norm over the layer, of values': ofValues((size) => [norm('layer', size)]),
  'norm over the layer, of tokens': ofTokens(({ size }) => [norm('layer', size)]),
  'pool, max': pooling('max'),
  'pool, average': pooling('average'),
  'mean, of a picture': always(() => [tanh, { kind: 'mean' }]),
  'mean, of tokens': ofTokens(() => []),
  flatten: always(() => [tanh, { kind: 'flatten' }]),
  embedding: fc
    .record({ ...common, inputs: small(1, 4), size: small(1, 5), width: small(1, 3) })
    .map(({ inputs, size, width, ...drawn }) => {
      const layers: Layer[] = [
        { kind: 'embedding', name: 'table', size, width },
        linear('each', width, 3),
        tanh,
        { kind: 'mean' },
        linear('after', 3, drawn.classes),
      ];
      return finished(inputs, undefined, layers, drawn);
    }),
  position: ofTokens(({ count, size }) => [{ kind: 'position', name: 'position', tokens: count, size }]),
  attention: ofTokens(({ size }, heads) => [
    {
      ...{ kind: 'attention', heads },
      input: { ...linear('tested.input', size, 3 * size), stack: 3 },
      output: linear('tested.output', size, size),
    },
  ]),
  'squeeze-excite': always(([channels]) => [
    tanh,
    { kind: 'squeeze-excite', reduce: linear('reduce', channels, 2), expand: linear('expand', 2, channels) },
  ]),
  'a linear layer again, of values': ofValues((size) => {
    const tied = linear('tied', size, size);
    return [tied, tanh, { kind: 'residual', branch: [{ kind: 'again', of: tied }, tanh], shortcut: [] }];
  }),
  'a linear layer again, of tokens': ofTokens(({ size }) => {
    const tied: LinearLayer = { ...linear('tied', size, size), bias: false };
    return [tied, tanh, { kind: 'again', of: tied }, { kind: 'again', of: tied }];
  }),
  'a convolution again': always(([channels]) => {
    const tied = conv({ name: 'tied', in: channels, out: channels, kernel: [2, 2], padding: 'circular' });
    return [tied, tanh, { kind: 'again', of: tied }, tanh];
  }),
  'residual, to itself': ofValues((size) => [
    { kind: 'residual', branch: [linear('branch', size, size), tanh], shortcut: [] },
  ]),
  'residual, with a shortcut': always(([channels]) => [
    {
      kind: 'residual',
      branch: [
        conv({ name: 'branch', in: channels, out: 2, kernel: [3, 2], stride: 2 }),
        norm('batch', 2),
        // A residual in a residual.
        { kind: 'residual', branch: [tanh], shortcut: [] },
      ],
      shortcut: [conv({ name: 'shortcut', in: channels, out: 2, stride: 2 })],
    },
  ]),
};
