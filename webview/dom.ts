/** The few DOM helpers that stand in for a framework. */

export type Child = Node | string | null | undefined | false;

export type AttributeValue = string | number | boolean | undefined;

export interface Props {
  class?: string;
  /** Listeners by event name. */
  on?: Record<string, (event: never) => void>;
  [attribute: string]: AttributeValue | Record<string, (event: never) => void>;
}

/** An element with attributes (`true` sets an empty one, `false` and `undefined` none), listeners and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props?: Props,
  ...children: Child[]
): HTMLElementTagNameMap[K];
export function h(tag: string, props?: Props, ...children: Child[]): HTMLElement;
export function h(tag: string, props: Props = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'on') listen(element, value as NonNullable<Props['on']>);
    else setAttribute(element, name, value as AttributeValue);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const listen = (element: HTMLElement, listeners: NonNullable<Props['on']>): void => {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener as EventListener);
};

/** `true`: an empty attribute; `false` and `undefined`: none. */
export const setAttribute = (element: Element, name: string, value: AttributeValue): void => {
  if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
};

/** Changes the text only when it differs, so that a live region speaks once. */
export const setText = (element: Element, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};

/** Work asked for many times is done once, before the next frame is painted. */
export const oncePerFrame = (work: () => void): { (): void; cancel(): void } => {
  let handle = 0;
  const request = (): void => {
    handle ||= requestAnimationFrame(() => {
      handle = 0;
      work();
    });
  };
  request.cancel = (): void => {
    cancelAnimationFrame(handle);
    handle = 0;
  };
  return request;
};

/** Calls back with the element's content box whenever it changes, and once it is laid out. */
export const onResize = (element: Element, listener: (width: number, height: number) => void): (() => void) => {
  const observer = new ResizeObserver((entries) => {
    const box = entries.at(-1)!.contentRect;
    if (box.width > 0 && box.height > 0) listener(box.width, box.height);
  });
  observer.observe(element);
  return () => observer.disconnect();
};
