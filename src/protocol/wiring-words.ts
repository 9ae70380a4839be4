/** The sentences about a memory and a mapping that do not belong together. */
import type { Finding } from '../core/rps/diagnosis/finding';
import type { Difference, WiringPart } from '../core/rps/diagnosis/wiring';

/** `layer`: its name. */
type Differing = (difference: Difference, layer: string) => string;

const inBoth =
  (what: string): Differing =>
  ({ here, there }, layer) =>
    `${what.replace('LAYER', `layer "${layer}"`)} is ${there} in the file and ${here} in the config`;

const differing: Record<WiringPart, Differing> = {
  none: () => 'the file shares no weights, and the config does',
  text: ({ there }) => there.replace(/\.$/, ''),
  layers: ({ here, there }) => {
    if (here === '-') return `the file also shares ${there}, which the config does not`;
    if (there === '-') return `the config also shares ${here}, which the file does not`;
    return `the file shares ${there} where the config shares ${here}`;
  },
  order: ({ here, there }) => `the layers lie in another order: ${there} in the file, ${here} in the config`,
  shape: inBoth('the shape of LAYER'),
  lambda: inBoth('the scale (lambda) of LAYER'),
  seed: inBoth('the seed of the mapping (drawn from `seed`)'),
  mapping: inBoth('the mapping'),
  compression: inBoth('the compression'),
  tile: inBoth('the tile'),
  chunk: inBoth('the chunk'),
  scope: inBoth('the scope of the memory'),
  form: inBoth('the form of the memory'),
  scaler: inBoth('the scaler of its gradients'),
};

const differenceText = (difference: Difference): string =>
  differing[difference.what](difference, difference.layer ?? '');

/** What differs between a config and the file of a memory, as it stands behind a colon. */
export const wiringText = (differences: readonly Difference[]): string => differences.map(differenceText).join('; ');

/** Of a finding of D13 that failed. */
export function wiringSentence({ facts = {}, layer }: Finding): string {
  const [what, here, there, file] = ['what', 'here', 'there', 'file'].map((key) => String(facts[key] ?? ''));
  const said = differenceText({ what: what as WiringPart, here, there, ...(layer !== undefined && { layer }) });
  const effect =
    what === 'scaler' ? 'Steps would be of other lengths.' : 'The weights recovered from it would be noise.';
  const where = file === '' ? 'The memory does not fit the config' : `The memory of ${file} does not fit the config`;
  return `${where}: ${said}. ${effect} Write in the config what the file has, or use the config that it was written with.`;
}
