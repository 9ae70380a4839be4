import { expect, it } from 'vitest';
import { checkNetwork } from '../../../src/config/check-network';
import { everyLayer, maskableLayers } from '../../../src/core/network';
import { presetLayers } from '../../../src/core/presets';

it('tells once, of a preset, that the pictures are too small for it', () => {
  const picture = [3, 8, 8] as const;
  const layers = presetLayers('vgg-11', { picture, classes: 10 }, {});
  const paths = new Map([...everyLayer(layers)].map((layer) => [layer, 'model.preset']));
  const placed = maskableLayers({ layers }).map((layer) => ({ layer, path: 'model.preset' }));
  const found = checkNetwork(
    { inputs: 192, picture, classes: 10, layers },
    { placed, paths, strangers: [] },
    'small-pictures',
  );
  expect(found).toEqual([
    expect.objectContaining({
      code: 'config.preset-does-not-fit',
      path: 'model.preset',
      message:
        'This preset does not fit pictures of 3 x 8 x 8: they are too small for its last layers. Use larger ones or another preset.',
    }),
  ]);
});
