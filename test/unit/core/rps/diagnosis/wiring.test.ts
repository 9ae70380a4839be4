import { describe, expect, it } from 'vitest';
import { diagnoseWiring, differencesFrom } from '../../../../../src/core/rps/diagnosis/wiring';
import { metadataText } from '../../../../../src/core/rps/metadata';
import type { Wiring } from '../../../../../src/core/rps/metadata';
import { normalisedScales, plainScales } from '../../../../../src/core/rps/scales';
import { sharingOf } from '../../../../../src/core/rps/sharing';
import type { LayerToShare } from '../../../../../src/core/rps/sharing';
import { findingText } from '../../../../../src/protocol/sharing-words';
import { wiringText } from '../../../../../src/protocol/wiring-words';
import { smallLayers } from '../layers';

interface Change {
  layers?: LayerToShare[];
  spec?: object;
  compression?: number;
  scope?: 'global' | 'local';
  s?: number;
  scaler?: Wiring['scaler'];
  normalised?: boolean;
}

function wired({
  layers = smallLayers,
  spec = {},
  compression = 2,
  scope = 'global',
  s = 0.1,
  ...rest
}: Change = {}): Wiring {
  const tile: [number, number] = [4, 8];
  const sharing = sharingOf(layers, { compression, spec: { kind: 'roast', seed: 1, tile, ...spec }, scope });
  if (rest.normalised) return { sharing, scales: normalisedScales(sharing) };
  return { sharing, scales: plainScales(sharing, s), scaler: rest.scaler ?? 'none' };
}

const [first, second] = smallLayers;

describe('D13', () => {
  it('is content with what the same config wrote, in either form', () => {
    for (const change of [{}, { normalised: true }])
      expect(diagnoseWiring(wired(change), metadataText(wired(change)), 'init.safetensors')).toEqual([
        { id: 'D13', measure: 'wiring', value: 0, threshold: 0, verdict: 'ok', facts: { file: 'init.safetensors' } },
      ]);
  });

  it('does not hold a file to a scaler that it does not say', () => {
    const { scaler, ...silent } = wired({ scaler: 'v1' });
    expect(scaler).toBe('v1');
    expect(differencesFrom(wired(), metadataText(silent))).toEqual([]);
  });

  it.each<[string, Change, string]>([
    ['seed', { spec: { seed: 2 } }, 'the seed of the mapping (drawn from `seed`) is 2 in the file and 1 in the config'],
    ['mapping', { spec: { kind: 'fold' } }, 'the mapping is fold in the file and roast in the config'],
    ['tile', { spec: { tile: [8, 8] } }, 'the tile is 8 x 8 in the file and 4 x 8 in the config'],
    ['tile', { spec: { aligned: true } }, 'the tile is 4 x 8, aligned in the file and 4 x 8 in the config'],
    ['scope', { scope: 'local' }, 'the scope of the memory is local in the file and global in the config'],
    ['scaler', { scaler: 'theory' }, 'the scaler of its gradients is theory in the file and none in the config'],
    ['form', { normalised: true }, 'normalised (stable-rps) in the file and plain (roast, hashednet) in the config'],
    ['lambda', { s: 0.2 }, `the scale (lambda) of layer "${first.name}" is`],
    [
      'order',
      { layers: [second, first, ...smallLayers.slice(2)] },
      `the layers lie in another order: ${second.name}, ${first.name}`,
    ],
    ['layers', { layers: smallLayers.slice(1) }, `the config also shares ${first.name}, which the file does not`],
    [
      'layers',
      { layers: [...smallLayers, { ...first, name: 'more' }] },
      'the file also shares more, which the config does not',
    ],
    [
      'layers',
      { layers: [{ ...first, name: 'other' }, ...smallLayers.slice(1)] },
      `the file shares other where the config shares ${first.name}`,
    ],
    [
      'shape',
      { layers: [{ ...first, rows: first.rows / 2, columns: 2 * first.columns }, ...smallLayers.slice(1)] },
      `the shape of layer "${first.name}" is ${first.rows / 2} x ${2 * first.columns}`,
    ],
  ])('names the %s that differs', (what, change, said) => {
    const text = metadataText(wired(change));
    const found = differencesFrom(wired(), text);
    expect(found.map((difference) => difference.what)).toEqual([what]);
    expect(wiringText(found)).toContain(said);
    const [finding] = diagnoseWiring(wired(), text, 'step-000010.safetensors').map(findingText);
    expect(finding).toMatchObject({ id: 'D13', verdict: 'fail' });
    expect(finding.sentence).toContain(`The memory of step-000010.safetensors does not fit the config: `);
    expect(finding.sentence).toContain(said);
    expect(finding.sentence).toContain(what === 'scaler' ? 'of other lengths' : 'would be noise');
    expect(finding.sentence).toContain('Write in the config what the file has');
  });

  it('tells each of several things, with how many numbers the memory has', () => {
    const { m } = wired({ compression: 3 }).sharing;
    const found = differencesFrom(wired(), metadataText(wired({ compression: 3, spec: { seed: 9 } })));
    expect(found.map(({ what }) => what)).toEqual(['seed', 'compression']);
    expect(wiringText(found)).toContain(`the compression is 3 (${m} numbers) in the file`);
  });

  it('tells a file that shares nothing, and one whose words cannot be read', () => {
    expect(wiringText(differencesFrom(wired(), undefined))).toBe('the file shares no weights, and the config does');
    expect(wiringText(differencesFrom(wired(), '{'))).toContain('it is not JSON');
  });
});
