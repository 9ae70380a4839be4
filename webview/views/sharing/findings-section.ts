/** Findings: what was found, held against its threshold, with a sentence and the edit of the config that mends it. */
import type { SharingFinding, SharingLevel, SharingReport } from '../../../src/protocol/sharing';
import { thresholdText } from '../../../src/protocol/sharing-words';
import { button } from '../../controls';
import { h } from '../../dom';
import { number } from '../../format';
import { bySeverity } from './findings-order';
import { drawTable } from './findings-picture';
import type { Section, SharingContext } from './section';
import { findingsTable } from './tables';
import { findingsWords, memoryFacts, verdictWords } from './words';

const badgeOf = (verdict: SharingFinding['verdict']): HTMLElement =>
  h('span', { class: 'verdict', 'data-verdict': verdict }, verdictWords[verdict]);

const figureOf = (value: number | null): HTMLElement | string => (value === null ? '' : number(value));

export class FindingsSection implements Section {
  readonly id = 'findings';
  readonly help = { text: findingsWords.help, keys: [] };
  readonly element = h('div', { class: 'sharing-findings' });
  readonly controls: readonly HTMLElement[];
  private readonly facts = h('dl', { class: 'sharing-facts' });
  private readonly list = h('div', { class: 'findings-list' });
  private report: SharingReport | undefined;

  constructor(private readonly context: SharingContext) {
    this.controls = [
      button(findingsWords.batch, () => this.measure('batch')).element,
      button(findingsWords.sharpness, () => this.measure('sharpness')).element,
    ];
    this.element.append(this.facts, this.list);
  }

  show(report: SharingReport): void {
    this.report = report;
    this.facts.replaceChildren(
      ...memoryFacts(report).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    );
    const { columns } = findingsWords;
    const heads = [columns.verdict, columns.id, columns.what, columns.value, columns.threshold];
    this.list.replaceChildren(
      h(
        'table',
        { 'aria-label': findingsWords.table.name },
        h(
          'thead',
          {},
          h('tr', {}, ...heads.map((head, i) => h('th', { scope: 'col', class: i > 2 ? 'number' : 'text' }, head))),
        ),
        h('tbody', {}, ...bySeverity(report.findings).map((one) => this.row(one))),
      ),
    );
  }

  describe(): void {
    if (this.report) this.context.stage.readOut.say(findingsWords.summary(this.report.findings));
  }

  /** The table is the picture: there is no canvas behind it, so it is drawn as one for a file. */
  pictures(): (HTMLCanvasElement | undefined)[] {
    return this.report ? [drawTable(bySeverity(this.report.findings).map(({ finding }) => finding))] : [];
  }

  tables(): ReturnType<Section['tables']> {
    return this.report ? [findingsTable(this.report, this.context.name)] : [];
  }

  caption(): string {
    return this.report ? findingsWords.summary(this.report.findings) : '';
  }

  dispose(): void {
    this.element.remove();
  }

  private row({ finding, place }: { finding: SharingFinding; place: number }): HTMLElement {
    const { id, title, value, verdict, sentence, layer, fix } = finding;
    const fixButton = fix && button(fix.title, () => this.apply(place, fix.title));
    if (fix && fixButton) fixButton.element.title = findingsWords.applyTitle(fix.edits);
    return h(
      'tr',
      { 'data-verdict': verdict },
      h('td', {}, badgeOf(verdict)),
      h('td', {}, id),
      h(
        'td',
        { class: 'finding-text' },
        h('strong', {}, layer === undefined ? title : `${title} · ${layer}`),
        h('p', {}, sentence),
        fixButton?.element,
      ),
      h('td', { class: 'number', 'data-label': findingsWords.columns.value }, figureOf(value)),
      h('td', { class: 'number', 'data-label': findingsWords.columns.threshold }, thresholdText(finding)),
    );
  }

  private measure(level: SharingLevel): void {
    const { remote } = this.context;
    this.context.work(findingsWords.measuring[level], async (options) => {
      this.context.took(await remote.measureSharing({ level }, options));
    });
  }

  private apply(finding: number, what: string): void {
    const { remote, stage } = this.context;
    // Not after what is being measured: that may find other things, in another order.
    this.context.atOnce(what, async () => {
      await remote.applySharingFix({ finding });
      stage.readOut.say(findingsWords.applied(what));
    });
  }
}
