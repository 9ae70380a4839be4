/** A page gone through by Tab alone: what is reached, and whether the focus can be seen there. */
import type { Page } from 'playwright-core';

export interface TabStop {
  /** Number of the control among those of the page. */
  control: number;
  name: string;
  /** Whether the page looks otherwise with the focus there. */
  seen: boolean;
}

const attribute = 'data-control';

/** What a person can use; of a group of radios or tabs, in which arrows move, the one that is chosen: names in the order of the page. */
const controlsOf = (page: Page): Promise<string[]> =>
  page.evaluate((mark) => {
    const usable =
      'vscode-button:not([disabled]), vscode-dropdown, vscode-checkbox, button:not([disabled], [tabindex="-1"]), input:not([type=radio]), input[type=radio]:checked, summary, a[href], [tabindex="0"]';
    const inside = (one: Element): boolean => Boolean(one.parentElement?.closest('vscode-button, vscode-dropdown'));
    const shown = [...document.querySelectorAll(usable)].filter((one) => one.checkVisibility() && !inside(one));
    shown.forEach((one, i) => one.setAttribute(mark, String(i)));
    return shown.map(
      (one) => one.getAttribute('aria-label') ?? (one instanceof HTMLInputElement ? one.value : one.textContent),
    );
  }, attribute);

const focused = (
  page: Page,
): Promise<{ control: number; box: { x: number; y: number; width: number; height: number } }> =>
  page.evaluate((mark) => {
    const one = document.activeElement?.closest(`[${mark}]`);
    const { x, y, width, height } = (one?.closest('.segmented') ?? one ?? document.body).getBoundingClientRect();
    return { control: Number(one?.getAttribute(mark) ?? -1), box: { x, y, width, height } };
  }, attribute);

/** Presses Tab until it comes to where it began, or to an end. Answers each control that was reached, and all there are. */
export async function goThrough(page: Page): Promise<{ controls: string[]; stops: TabStop[] }> {
  const controls = await controlsOf(page);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const stops: TabStop[] = [];
  const size = page.viewportSize()!;
  for (let i = 0; i < controls.length + 2; i++) {
    await page.keyboard.press('Tab');
    const { control, box } = await focused(page);
    if (control < 0 || stops.some((stop) => stop.control === control)) continue;
    const [left, top] = [Math.max(0, box.x - 4), Math.max(0, box.y - 4)];
    const clip = {
      x: left,
      y: top,
      width: Math.min(size.width, box.x + box.width + 4) - left,
      height: Math.min(size.height, box.y + box.height + 4) - top,
    };
    const look = (): Promise<Buffer> => page.screenshot({ clip, caret: 'hide', animations: 'disabled' });
    const withFocus = await look();
    const key = await page.evaluateHandle(() => document.activeElement as HTMLElement);
    await key.evaluate((one) => one.blur());
    const without = await look();
    // The focus comes back by the keyboard, so that it is shown.
    await key.evaluate((one) => one.focus({ focusVisible: true }));
    stops.push({ control, name: controls[control], seen: !withFocus.equals(without) });
  }
  return { controls, stops };
}

/** What cannot be reached, and where the focus cannot be seen: both should be nothing. */
export const outOfReach = ({ controls, stops }: Awaited<ReturnType<typeof goThrough>>): string[] => [
  ...controls.filter((_, i) => !stops.some(({ control }) => control === i)).map((name) => `never reached: ${name}`),
  ...stops.filter(({ seen }) => !seen).map(({ name }) => `focus not seen: ${name}`),
];
