import { describe, it } from 'vitest';
import { distribute } from '../../../src/core/density';
import { digitSide, renderDigits } from '../../../src/core/digits';
import * as errors from '../../../src/core/errors';
import type { SparseError } from '../../../src/core/errors';
import { exactOrthogonal } from '../../../src/core/init/eoi';
import { maskedOrthogonal } from '../../../src/core/init/base';
import { singularValues } from '../../../src/core/linalg/svd';
import type { Mask } from '../../../src/core/mask';
import { finish } from '../../../src/core/parts';
import { Rng } from '../../../src/core/rng';
import { pictureClasses, pictureSide, renderPictures } from '../../../src/core/synthetic-images';
import { expectGolden } from '../golden';

/**
 * What a seed gives is a promise: these texts change only when runs of an older version can no longer be repeated, and
 * then the change log says so.
 */
const plane = pictureSide * pictureSide;

const picture = (mask: Mask): string =>
  Array.from({ length: mask.rows }, (_, r) =>
    Array.from({ length: mask.columns }, (_, c) => (mask.get(r, c) ? '#' : '.')).join(''),
  ).join('\n');

const matrix = (w: Float32Array, columns: number): string =>
  Array.from({ length: w.length / columns }, (_, r) =>
    // + 0 prints a rounded -0.00000 like any other zero.
    Array.from(w.subarray(r * columns, (r + 1) * columns), (x) => (Number(x.toFixed(5)) + 0).toFixed(5).padStart(8)).join(' '),
  ).join('\n');

describe('golden texts of the core', () => {
  it('the generator', () => {
    const rng = Rng.fromSeed(1);
    const lines = ['', 'layer/fc1', 'layer/fc2'].map((name) => {
      const child = name === '' ? rng : rng.split(name);
      return `${name || 'seed 1'}: ${[child.uint32(), child.uint32(), child.uniform().toFixed(12), child.normal().toFixed(12)].join(' ')}`;
    });
    expectGolden('core/rng.txt', lines.join('\n') + '\n');
  });

  it('an exact orthogonal matrix, its rotations, its mask', () => {
    const { sequence, weights, mask, density } = exactOrthogonal({
      rows: 8,
      columns: 12,
      density: 0.3,
      angles: 'uniform',
      rng: Rng.fromSeed(1),
      seed: 1,
    });
    const rotations = Array.from(
      sequence.first,
      (i, t) => `${t} ${i} ${sequence.second[t]} ${sequence.angle[t].toFixed(9)}`,
    );
    const text = [
      `density ${density.toFixed(6)} last undone ${String(sequence.lastUndone)}`,
      'rotation first second radians',
      ...rotations,
      'mask',
      picture(mask),
      'weights',
      matrix(weights, 12),
      '',
    ];
    expectGolden('core/eoi-8x12.txt', text.join('\n'));
  });

  it('a masked orthogonal matrix', () => {
    const { weights, mask } = maskedOrthogonal({ rows: 6, columns: 5, count: 12, rng: Rng.fromSeed(1) });
    const values = Array.from(singularValues(weights, 6, 5), (value) => value.toFixed(6)).join(' ');
    expectGolden('core/base-6x5.txt', [picture(mask), matrix(weights, 5), `singular values ${values}`, ''].join('\n'));
  });

  it('the densities of MLP-7', () => {
    const layers = [784, 100, 100, 100, 100, 100, 100].map((columns, l) => ({
      name: `fc${l + 1}`,
      rows: l === 6 ? 10 : 100,
      columns,
    }));
    const lines = [0.05, 0.1, 0.5, 0.9].flatMap((density) =>
      (['uniform', 'erk'] as const).map(
        (distribution) =>
          `${density} ${distribution}: ${distribute(layers, density, distribution)
            .map((layer) => `${layer.count} (${layer.density.toFixed(4)})`)
            .join(' ')}`,
      ),
    );
    expectGolden('core/density-mlp7.txt', lines.join('\n') + '\n');
  });

  it('synthetic digits', () => {
    const { images, labels } = finish(renderDigits({ count: 10, seed: 1, split: 'train' }));
    const text = Array.from(labels, (label, i) => {
      const rows = Array.from({ length: digitSide }, (_, r) =>
        Array.from(
          images.subarray((i * digitSide + r) * digitSide, (i * digitSide + r + 1) * digitSide),
          (level) => ' .:-=+*#%@'[Math.floor((level * 10) / 256)],
        )
          .join('')
          .trimEnd(),
      );
      return [`image ${i}: ${label}`, ...rows].join('\n');
    });
    expectGolden('core/digits.txt', text.join('\n') + '\n');
  });

  it('synthetic images', () => {
    const { images, labels } = finish(renderPictures({ count: 10, seed: 1, split: 'train' }));
    const text = Array.from(labels, (label, i) => {
      const [red, green, blue] = [0, 1, 2].map((c) => images.subarray((3 * i + c) * plane, (3 * i + c + 1) * plane));
      const rows = Array.from({ length: pictureSide }, (_, r) =>
        Array.from({ length: pictureSide }, (_, x) => {
          const at = r * pictureSide + x;
          return ' .:-=+*#%@'[Math.floor(((red[at] + green[at] + blue[at]) * 10) / (3 * 256))];
        })
          .join('')
          .trimEnd(),
      );
      // Colours beside the brightness: those of the middle.
      const at = (plane + pictureSide) / 2;
      return [`image ${i}: ${pictureClasses[label]}, middle ${red[at]} ${green[at]} ${blue[at]}`, ...rows].join('\n');
    });
    expectGolden('core/images.txt', text.join('\n') + '\n');
  });

  it('every sentence', () => {
    const sentences: SparseError[] = [
      errors.badSeed(0.5),
      errors.badBound(0),
      errors.badShape(0, 3),
      errors.tooLarge(2 ** 20, 2 ** 20, 2 ** 30),
      errors.densityTooLow(100, 784, 0.001),
      errors.densityOutOfRange(1.5),
      errors.noLayers(),
      errors.degenerateAngle(180),
      errors.badAngles('The list of angles is empty.'),
      errors.noEnd(3, 4, 1, 1000),
      errors.badSequence('rotation 3 names axes 5 and 9 of 8'),
      errors.stepOutOfRange(12, 10),
      errors.maskSize(2, 3, 5, 6),
      errors.maskCount(13, 12),
      errors.tileOutOfRange('[0, 9) x [0, 2)', 3, 3),
      errors.matrixEmpty(0, 5),
      errors.matrixNonFinite(1, 2, NaN),
      errors.matrixSize(2, 3, 5),
      errors.noConvergence(3, 4),
      errors.noValues(),
      errors.badBins(0),
    ];
    expectGolden('core/errors.txt', sentences.map(({ code, message }) => `${code}\n  ${message}\n`).sort().join(''));
  });
});
