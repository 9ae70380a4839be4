/** Numbers for people: 3 significant digits, grouped, with units. The exact value belongs on hover. */
import { plural } from '../src/core/figure';
import { h } from './dom';

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A whole number, grouped: `78,400`. */
export const count = (value: number): string => grouped.format(value);

/** `1 tensor`, `21 tensors`. */
export const many = (value: number, one: string): string => `${count(value)} ${plural(value, one)}`;

/** Three significant digits: `0.0412`, `12.3`, `1,235`, `3.10e-7`. */
export const figure = (value: number, digits = 3): string => {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size >= 1e6 || size < 1e-3) return value.toExponential(digits - 1).replace('e+', 'e');
  return size >= 1000 ? count(value) : Number(value.toPrecision(digits)).toPrecision(digits);
};

/** What a cell of a table shows: whole numbers whole, others as a figure. */
export const cellText = (value: string | number): string =>
  typeof value === 'string' ? value : Number.isInteger(value) && Math.abs(value) < 1e9 ? count(value) : figure(value);

/** A share, as it is named everywhere: a number from 0 to 1 with 3 significant digits. */
export const density = (value: number): string => figure(value);

export const percent = (share: number): string => `${figure(100 * share)} %`;

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `314 kB`: powers of 1000, as files are listed. */
export const bytes = (value: number): string => {
  let unit = 0;
  let scaled = value;
  while (scaled >= 999.5 && unit < byteUnits.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${unit === 0 ? count(scaled) : figure(scaled)} ${byteUnits[unit]}`;
};

/** Radians as degrees of one turn, one decimal: `213.4°`. */
export const degrees = (radians: number): string => {
  const turned = ((radians * 180) / Math.PI) % 360;
  return `${(turned < 0 ? turned + 360 : turned).toFixed(1)}°`;
};

/** `100 × 784`; a scalar has no axes. */
export const shapeText = (shape: readonly number[]): string =>
  shape.length === 0 ? 'scalar' : shape.map((size) => count(size)).join(' × ');

/** A number that shows 3 significant digits and tells all of them on hover. */
export const number = (value: number, text = cellText(value)): HTMLElement =>
  h('span', { class: 'number', title: String(value) }, text);

const minutes = 60;
const hours = 3600;

/** `4 s`, `2 min 5 s`, `1 h 12 min`. */
export const duration = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < minutes) return `${seconds} s`;
  if (seconds < hours) return `${Math.floor(seconds / minutes)} min ${seconds % minutes} s`;
  return `${Math.floor(seconds / hours)} h ${Math.floor((seconds % hours) / minutes)} min`;
};
