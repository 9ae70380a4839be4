/**
 * D13: whether a memory is read by the mapping that it was written with (rps.md 6). Otherwise the weights are noise,
 * and nothing says so.
 */
import { isSparseError } from '../../errors';
import { readWiring } from '../metadata';
import type { Wiring } from '../metadata';
import type { SharedLayer, Sharing } from '../sharing';
import type { Finding } from './finding';

/** What differs: one word for each, of which the sentences are made. */
export type WiringPart =
  | 'none'
  | 'text'
  | 'layers'
  | 'order'
  | 'shape'
  | 'seed'
  | 'mapping'
  | 'compression'
  | 'tile'
  | 'chunk'
  | 'scope'
  | 'form'
  | 'lambda'
  | 'scaler';

export interface Difference {
  what: WiringPart;
  /** Of the config, and of the file. */
  here: string;
  there: string;
  /** Where it is one layer's; the first of several. */
  layer?: string;
}

/** Lists of layers are told up to so many of them. */
const mostNames = 4;

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? '-'
    : `${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? `, and ${names.length - mostNames} more` : ''}`;

/** Rounded otherwise on another machine they are the same. */
const alike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

/**
 * Which layers, in which order, of which shape: the first of these that differs, as the rest then has nothing to be
 * held against.
 */
function differenceOfLayers(here: Sharing, there: Sharing): Difference | undefined {
  const [ours, theirs] = [here, there].map(({ layers }) => layers.map(({ name }) => name));
  const [only, missing] = [
    ours.filter((name) => !theirs.includes(name)),
    theirs.filter((name) => !ours.includes(name)),
  ];
  if (only.length + missing.length > 0) return { what: 'layers', here: listed(only), there: listed(missing) };
  const first = ours.findIndex((name, l) => name !== theirs[l]);
  if (first >= 0) return { what: 'order', here: listed(ours.slice(first)), there: listed(theirs.slice(first)) };
  const shaped = here.layers.findIndex((layer, l) => shapeText(layer) !== shapeText(there.layers[l]));
  if (shaped < 0) return undefined;
  const [a, b] = [here.layers[shaped], there.layers[shaped]];
  return { what: 'shape', here: shapeText(a), there: shapeText(b), layer: a.name };
}

const shapeText = ({ rows, columns, kernel, groups }: SharedLayer): string =>
  `${rows} x ${columns}` +
  `${kernel ? `, kernel ${kernel.join(' x ')}` : ''}${groups === undefined ? '' : `, groups ${groups}`}`;

type Told = Partial<Record<WiringPart, string>>;

const toldOf = ({ sharing: { spec, scope, compression, m }, scales, scaler }: Wiring): Told => ({
  seed: String(spec.seed),
  mapping: spec.kind,
  compression: `${compression} (${m} numbers)`,
  ...(spec.kind === 'roast' && { tile: `${(spec.tile ?? []).join(' x ')}${spec.aligned === true ? ', aligned' : ''}` }),
  ...(spec.kind === 'robe' && { chunk: String(spec.chunk) }),
  scope,
  form: scales.normalised ? 'normalised (stable-rps)' : 'plain (roast, hashednet)',
  // The normalised form has its scaler in it.
  ...(!scales.normalised && scaler !== undefined && { scaler }),
});

function differenceOfScales(here: Wiring, there: Wiring): Difference | undefined {
  const { layers } = here.sharing;
  const l = layers.findIndex((_, at) => !alike(here.scales.lambda[at], there.scales.lambda[at]));
  if (l < 0) return undefined;
  const [a, b] = [here, there].map(({ scales }) => String(Number(scales.lambda[l].toPrecision(6))));
  return { what: 'lambda', here: a, there: b, layer: layers[l].name };
}

/** `there`: of the file that the memory comes from. */
function wiringDifferences(here: Wiring, there: Wiring): Difference[] {
  const layers = differenceOfLayers(here.sharing, there.sharing);
  const [ours, theirs] = [toldOf(here), toldOf(there)];
  const found = Object.entries(ours).flatMap(([key, text]): Difference[] => {
    const what = key as WiringPart;
    const other = theirs[what];
    // Of another mapping the file has no tile: the mapping says it. Of other layers the numbers of the memory follow.
    if (other === undefined || other === text) return [];
    if (what === 'compression' && layers && here.sharing.compression === there.sharing.compression) return [];
    return [{ what, here: text, there: other }];
  });
  // Lambda of another form, or of other layers, is another thing.
  const comparable = !layers && here.scales.normalised === there.scales.normalised;
  const scales = comparable ? differenceOfScales(here, there) : undefined;
  return [...(layers ? [layers] : []), ...found, ...(scales ? [scales] : [])];
}

/** `text`: what a file says of its memory; without one nothing is shared there. What cannot be read differs too. */
export function differencesFrom(here: Wiring, text: string | undefined): Difference[] {
  if (text === undefined) return [{ what: 'none', here: '', there: '' }];
  try {
    return wiringDifferences(here, readWiring(text));
  } catch (error) {
    if (!isSparseError(error)) throw error;
    return [{ what: 'text', here: '', there: error.message }];
  }
}

/** D13: one finding for each thing that differs, or one that nothing does. `file`: name of the one that says `text`. */
export function diagnoseWiring(here: Wiring, text: string | undefined, file?: string): Finding[] {
  const differing = differencesFrom(here, text);
  const finding = (verdict: Finding['verdict'], facts: Finding['facts'], layer?: string): Finding => ({
    ...{ id: 'D13', measure: 'wiring', value: differing.length, threshold: 0, verdict },
    ...(layer !== undefined && { layer }),
    facts: { ...facts, ...(file !== undefined && { file }) },
  });
  if (differing.length === 0) return [finding('ok', {})];
  return differing.map(({ layer, ...facts }) => finding('fail', facts, layer));
}
