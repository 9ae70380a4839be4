/** The editor's colours as a canvas needs them: resolved, and told anew when the theme changes. */
import { h } from './dom';

export interface Theme {
  dark: boolean;
  highContrast: boolean;
  background: string;
  foreground: string;
  /** Axis labels and what stands back. */
  muted: string;
  /** Frames. */
  line: string;
  /** Grid lines of charts. */
  grid: string;
  /** Cursor and selection. */
  focus: string;
  /** Chart series, by number: colour-blind-safe as a set, and each has its own dash or mark besides. */
  series: string[];
  /** `11px FAMILY`, for axis labels. */
  font: string;
}

const seriesCount = 4;

/** Resolves `--sparse-*` of styles/theme.css, which stand for `--vscode-*`. */
export function readTheme(): Theme {
  const probe = document.body.appendChild(h('span', { class: 'colour-probe', 'aria-hidden': 'true' }));
  const resolve = (name: string): string => {
    probe.style.color = `var(--sparse-${name})`;
    return getComputedStyle(probe).color;
  };
  const background = resolve('background');
  const theme: Theme = {
    dark: luminance(background) < 0.5,
    highContrast: /high-contrast/.test(document.body.className),
    background,
    foreground: resolve('foreground'),
    muted: resolve('muted'),
    line: resolve('line'),
    grid: resolve('grid'),
    focus: resolve('focus'),
    series: Array.from({ length: seriesCount }, (_, i) => resolve(`series-${i + 1}`)),
    font: `11px ${getComputedStyle(probe).fontFamily}`,
  };
  probe.remove();
  return theme;
}

/** Red, green, blue of any CSS colour, 0 to 255, as painted. */
export function parseColour(colour: string): [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

const luminance = (colour: string): number => {
  const [red, green, blue] = parseColour(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
};

/** The editor rewrites the root's variables and the body's class; a report follows the system's scheme. */
export const onThemeChange = (listener: () => void): (() => void) => {
  const observer = new MutationObserver(() => listener());
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', listener);
  return () => {
    observer.disconnect();
    scheme.removeEventListener('change', listener);
  };
};

export const prefersReducedMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
