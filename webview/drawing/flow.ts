/** Things side by side, in as many lines as they need. */

/**
 * Places of `widths` in each line of at most `width`, `gap` between two. What is wider than a line has one for itself.
 */
export function flow(widths: readonly number[], gap: number, width: number): number[][] {
  const lines: number[][] = [];
  let end = Infinity;
  widths.forEach((own, place) => {
    if (end + gap + own > width) {
      lines.push([place]);
      end = own;
      return;
    }
    lines[lines.length - 1].push(place);
    end += gap + own;
  });
  return lines;
}

/** The text in lines of at most `width`, as `measure` has it; only a word that is longer is over it. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const words = text.split(' ');
  const lines = flow(words.map(measure), measure(' '), width);
  return lines.map((places) => places.map((place) => words[place]).join(' '));
}
