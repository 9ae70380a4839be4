/**
 * Shared weights in pictures that take turns: findings, figures, the memory, the map of divergence, the course of a
 * run.
 */
import type { Remote } from '../../../src/protocol/rpc';
import type { SharingReport } from '../../../src/protocol/sharing';
import type { SharingCalls } from '../../../src/protocol/sharing-view';
import { segmented } from '../../controls';
import { h } from '../../dom';
import type { HelpTopic } from '../../parts/help';
import type { Prefs } from '../../parts/prefs';
import type { Exhibit, Stage } from '../../parts/stage';
import { WorkLine } from '../../parts/work-line';
import { CourseSection, type CourseContext } from './course-section';
import { DivergenceSection } from './divergence-section';
import { FiguresSection } from './figures-section';
import { FindingsSection } from './findings-section';
import { MemorySection } from './memory-section';
import type { Section, SectionId, SharingContext } from './section';
import { factsOf, title, viewWords } from './words';

export interface ViewContext {
  remote: Remote<SharingCalls>;
  stage: Stage;
  prefs: Prefs;
  /** Of the run or the config. */
  name: string;
  layer: () => string | null;
  /** Of a run. */
  course?: CourseContext;
}

const remembered = 'sharing.section';

export class SharingView {
  readonly element = h('div', { class: 'sharing' });
  readonly controls: readonly HTMLElement[];
  private readonly workLine = new WorkLine();
  private readonly room = h('div', { class: 'sharing-room' });
  private readonly own = h('span', { class: 'controls-inner' });
  private readonly sections: readonly Section[];
  private readonly choice;
  private readonly divergence: DivergenceSection;
  private readonly course: CourseSection | undefined;
  /** Of the picture that is shown. */
  private readonly help: HelpTopic = { title, text: [], keys: [] };
  private shown: Section;
  private report: SharingReport;

  constructor(
    private readonly context: ViewContext,
    report: SharingReport,
  ) {
    this.report = report;
    const { remote, stage, prefs, name, layer } = context;
    const shared: SharingContext = {
      remote,
      stage,
      prefs,
      name,
      layer,
      work: (what, call) => this.workLine.run(what, call),
      atOnce: (what, call) => void this.workLine.atOnce(what, call),
      took: (next) => this.update(next),
    };
    this.course = context.course && new CourseSection(shared, context.course);
    this.divergence = new DivergenceSection(shared);
    this.sections = [
      new FindingsSection(shared),
      new FiguresSection(shared),
      new MemorySection(shared),
      this.divergence,
      ...(this.course ? [this.course] : []),
    ];
    const ids = this.sections.map(({ id }) => id);
    const chosen = prefs.get(remembered, ids);
    this.shown = this.sections.find(({ id }) => id === chosen)!;
    const options = ids.map((value) => ({ value, text: viewWords.sections[value] }));
    this.choice = segmented<SectionId>(viewWords.section, options, chosen, (id) => this.choose(id));
    this.controls = [this.choice.element, this.own];
    this.element.append(this.workLine.element, this.room);
    this.put();
  }

  /** What was measured, or what the config says now. */
  update(report: SharingReport): void {
    this.report = report;
    this.shown.show(report);
    this.context.stage.refreshTable();
  }

  /** The map of divergence, with a test of the config's own place. */
  testConfig(): void {
    this.choose(this.divergence.id);
    this.divergence.testConfig();
  }

  layerChanged(): void {
    this.shown.layerChanged?.();
  }

  /** The run went on, or back. */
  noteRun({ rewound }: { rewound: boolean }): void {
    if (rewound) this.course?.forget();
    if (this.shown === this.course) this.course.update();
  }

  exhibit(): Exhibit {
    const { context } = this;
    return {
      help: this.help,
      stem: () => [context.name, viewWords.stem, this.shown.id],
      caption: () =>
        [viewWords.of(context.name), factsOf(this.report), this.shown.caption()].filter((line) => line !== ''),
      pictures: () => this.shown.pictures(),
      tables: () => this.shown.tables(),
      key: (event) => this.key(event),
      dispose: () => {
        this.workLine.stop();
        for (const section of this.sections) section.dispose();
      },
    };
  }

  private put(): void {
    const { shown } = this;
    this.help.text = [...viewWords.help, ...shown.help.text];
    this.help.keys = [...viewWords.keys, ...shown.help.keys];
    this.own.replaceChildren(...shown.controls);
    this.room.replaceChildren(shown.element);
    shown.show(this.report);
    shown.describe();
    this.context.stage.refreshTable();
  }

  private choose(id: SectionId): void {
    this.shown = this.sections.find((section) => section.id === id)!;
    this.choice.value = id;
    this.context.prefs.set(remembered, id);
    this.put();
  }

  private key(event: KeyboardEvent): boolean {
    if (this.shown.key?.(event) === true) return true;
    if (!/^v$/i.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { sections } = this;
    const by = event.key === 'v' ? 1 : -1;
    const at = sections.indexOf(this.shown) + by + sections.length;
    this.choose(sections[at % sections.length].id);
    return true;
  }
}
