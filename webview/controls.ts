/**
 * Every control of the views: the only importer of @vscode/webview-ui-toolkit.
 *
 * The toolkit is archived and gets no more releases. Its successor is @vscode-elements/elements (same look, maintained,
 * element names `vscode-button`, `vscode-single-select`, `vscode-checkbox`, `vscode-textfield`): the swap is this file.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
} from '@vscode/webview-ui-toolkit';
import { h, setAttribute, type Props } from './dom';
import { icon, type IconName } from './icons';

/** Once, before the first control is made. */
export const registerControls = (): void => {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption());
};

export interface Control {
  readonly element: HTMLElement;
  enabled: boolean;
}

const control = (element: HTMLElement): Control => ({
  element,
  get enabled() {
    return !element.hasAttribute('disabled');
  },
  set enabled(enabled: boolean) {
    setAttribute(element, 'disabled', !enabled);
  },
});

/** Adds members with their getters and setters, which `Object.assign` would read once and lose. */
const extend = <A, B>(base: A, more: B): A & B =>
  Object.defineProperties(base, Object.getOwnPropertyDescriptors(more)) as A & B;

/** The toolkit's buttons also tell of a click beside their disabled inner button. */
const whenEnabled =
  (press: () => void) =>
  (event: Event): void => {
    if (!(event.currentTarget as Element).hasAttribute('disabled')) press();
  };

/** A button with words. */
export const button = (text: string, press: () => void, kind: 'primary' | 'secondary' = 'secondary'): Control =>
  control(h('vscode-button', { appearance: kind, on: { click: whenEnabled(press) } }, text));

export interface IconButton extends Control {
  /** Changes what it shows and how it is called. */
  show(name: IconName, label: string): void;
  pressed: boolean;
}

/** A button with an icon; `label` is its name for everybody, `key` the key that does the same. */
export const iconButton = (name: IconName, label: string, press: () => void, key?: string): IconButton => {
  const element = h('vscode-button', { appearance: 'icon', on: { click: whenEnabled(press) } });
  const show = (to: IconName, called: string): void => {
    element.replaceChildren(icon(to));
    element.setAttribute('aria-label', called);
    element.setAttribute('title', key === undefined ? called : `${called} (${key})`);
  };
  show(name, label);
  return extend(control(element), {
    show,
    get pressed() {
      return element.getAttribute('aria-pressed') === 'true';
    },
    set pressed(pressed: boolean) {
      element.setAttribute('aria-pressed', String(pressed));
    },
  });
};

export interface Choice<T extends string> extends Control {
  value: T;
  /** Replaces the options; the value stays when it is still among them. */
  offer(options: readonly Option<T>[]): void;
}

export interface Option<T extends string> {
  value: T;
  text: string;
}

type ValueElement = HTMLElement & { value: string };

/** A list of which one is chosen. */
export const dropdown = <T extends string>(
  label: string,
  options: readonly Option<T>[],
  chosen: T,
  choose: (value: T) => void,
): Choice<T> => {
  const element = h('vscode-dropdown', { 'aria-label': label, title: label }) as ValueElement;
  let value = chosen;
  const show = (): void => {
    for (const option of element.children) setAttribute(option, 'selected', (option as ValueElement).value === value);
    element.value = value;
  };
  const offer = (offered: readonly Option<T>[]): void => {
    element.replaceChildren(
      ...offered.map((option) =>
        h('vscode-option', { value: option.value, selected: option.value === value }, option.text),
      ),
    );
    // The toolkit takes new options in with the next frame only.
    requestAnimationFrame(show);
  };
  offer(options);
  element.addEventListener('change', () => {
    // Also fired when the options change under it: only a choice by the person counts.
    if (element.value === value || element.value === '') return;
    value = element.value as T;
    choose(value);
  });
  return extend(control(element), {
    offer,
    get value() {
      return value;
    },
    set value(next: T) {
      value = next;
      show();
    },
  });
};

export const checkbox = (text: string, checked: boolean, change: (checked: boolean) => void): Control => {
  const element = h('vscode-checkbox', {}, text) as HTMLElement & { checked: boolean };
  element.checked = checked;
  element.addEventListener('change', () => change(element.checked));
  return control(element);
};

/**
 * The toolkit's field loses its name whenever it is shown again, and is never small: native ones, in the editor's
 * colours.
 */
const field = (label: string, attributes: Props): HTMLInputElement =>
  h('input', { type: 'text', 'aria-label': label, spellcheck: 'false', ...attributes });

/** Text that counts with every letter. */
export const textField = (label: string, placeholder: string, input: (value: string) => void): Control => {
  const element = field(label, { placeholder });
  element.addEventListener('input', () => input(element.value));
  return control(element);
};

/** Text that counts once it is entered: with Enter, or when the field is left. */
export const entryField = (label: string, text: string, enter: (value: string) => void): Control => {
  const element = field(label, { value: text });
  element.addEventListener('change', () => enter(element.value));
  return control(element);
};

/** Two or three words side by side of which one holds: the toolkit has none, so these are native radio buttons. */
export const segmented = <T extends string>(
  label: string,
  options: readonly Option<T>[],
  chosen: T,
  choose: (value: T) => void,
): Control & { value: T } => {
  const group = `segmented-${label.replaceAll(/\W/g, '-')}`;
  const inputs = options.map(({ value }) => {
    const input = h('input', { type: 'radio', name: group, value, on: { change: () => choose(value) } });
    input.checked = value === chosen;
    return input;
  });
  const element = h(
    'div',
    { class: 'segmented', role: 'radiogroup', 'aria-label': label },
    ...options.map(({ text }, i) => h('label', {}, inputs[i], h('span', {}, text))),
  );
  return {
    element,
    get enabled() {
      return !inputs[0].disabled;
    },
    set enabled(enabled: boolean) {
      for (const input of inputs) input.disabled = !enabled;
    },
    get value() {
      return inputs.find((input) => input.checked)!.value as T;
    },
    set value(next: T) {
      for (const input of inputs) input.checked = input.value === next;
    },
  };
};

export interface Slider extends Control {
  value: number;
  max: number;
  /** What a screen reader says instead of the bare number. */
  describe(text: string): void;
}

/** The toolkit has no slider: a native one, in the editor's colours. */
export const slider = (label: string, max: number, slide: (value: number) => void): Slider => {
  const element = h('input', { type: 'range', min: 0, max, step: 1, value: 0, 'aria-label': label });
  element.addEventListener('input', () => slide(Number(element.value)));
  return extend(control(element), {
    get value() {
      return Number(element.value);
    },
    set value(value: number) {
      element.value = String(value);
    },
    get max() {
      return Number(element.max);
    },
    set max(next: number) {
      element.max = String(next);
    },
    describe: (text: string) => element.setAttribute('aria-valuetext', text),
  });
};
