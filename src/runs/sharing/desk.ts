/** Serves the view of shared weights: what is known, what was measured and tested since, and who shares what. */
import { sharersInParts } from '../../core/rps/audit';
import { ownersWithinInParts } from '../../core/rps/partners';
import type { Sharing } from '../../core/rps/sharing';
import type { ConfigSource } from '../../protocol/engine';
import type { CallContext, CallOptions } from '../../protocol/rpc';
import type { SharingEdit, SharingLevel, SharingReport, SharingTest, TestedPoint } from '../../protocol/sharing';
import { mostSharers, testSteps, type SharingCalls } from '../../protocol/sharing-view';
import * as errors from '../errors';
import { indicesOf, mergeReports, mergeTested } from './merge';
import { inSlices } from './slices';

/** Where the figures of one subject come from, a run or a config. */
export interface SharingSubject {
  /** Without any measurement. */
  report(context: CallContext): Promise<SharingReport>;
  /** What the figures are of, as it stands now; absent where it is always the same. */
  text?(): Promise<string>;
  mapped(): Promise<Mapped>;
  /** What the engine is to measure. */
  source(): Promise<ConfigSource>;
  /** Changes the text of the config. */
  edit(edits: readonly SharingEdit[]): Promise<void>;
}

/** The mapping, and what a number of the memory is multiplied with at a location, layer by layer. */
export interface Mapped {
  sharing: Sharing;
  scaleAt: (layer: number, location: number) => number;
}

/** The part of the engine that measures. */
export interface SharingEngine {
  diagnose(params: ConfigSource & { level: SharingLevel }, options: CallOptions): Promise<SharingReport>;
  test(params: ConfigSource & SharingTest, options: CallOptions): Promise<TestedPoint[]>;
}

/** A report, and the text that it is of. */
interface Known {
  text: string | undefined;
  report: SharingReport;
}

export class SharingDesk implements SharingCalls {
  private known: Known | undefined;
  /** Made once: the memory is looked at location by location. */
  private mapping: Promise<Mapped> | undefined;

  /** `replaced`: is told that what was tested is of another text than what is shown, which has to be asked for anew. */
  constructor(
    private readonly subject: SharingSubject,
    private readonly engine: SharingEngine,
    private readonly replaced: () => void = () => undefined,
  ) {}

  /** The subject is another one: what was measured of it does not count any more. */
  forget(): void {
    this.known = undefined;
    this.mapping = undefined;
  }

  readonly sharing: SharingCalls['sharing'] = async (_, context) => (await this.shown(context)).report;

  readonly sharingOwners: SharingCalls['sharingOwners'] = async ({ from, to, bins }, context) => {
    const { sharing } = await this.mapped();
    const counts = await inSlices(ownersWithinInParts(sharing, { from, to, bins }), context);
    return { from, to, bins, counts };
  };

  readonly sharers: SharingCalls['sharers'] = async ({ location }, context) => {
    const { sharing, scaleAt } = await this.mapped();
    const found = await inSlices(sharersInParts(sharing, location), context);
    const scaled = found.map((sharer) => ({ ...sharer, scale: scaleAt(sharer.layer, location) }));
    return {
      location,
      total: found.length,
      gamma: scaled.reduce((sum, { scale }) => sum + scale ** 2, 0),
      sharers: scaled.slice(0, mostSharers).map(({ layer, index, sign, scale }) => {
        const of = sharing.layers[layer];
        return { layer: of.name, at: indicesOf(of, index), sign, scale };
      }),
    };
  };

  readonly measureSharing: SharingCalls['measureSharing'] = async ({ level }, context) => {
    const before = await this.current(context);
    const source = await this.subject.source();
    const measured = await this.engine.diagnose({ ...source, level }, optionsOf(context));
    await this.needSame(source);
    // Somebody may have tested a point meanwhile.
    return this.keep(before, (report) => mergeReports(report, measured)).report;
  };

  readonly testSharing: SharingCalls['testSharing'] = async ({ points }, context) => {
    const before = await this.current(context);
    const source = await this.subject.source();
    const { sharpness } = before.report;
    const trial = { points, steps: testSteps, ...(sharpness && { sharpness }) };
    const tested = await this.engine.test({ ...source, ...trial }, optionsOf(context));
    await this.needSame(source);
    const shown = this.known;
    const { report } = this.keep(before, (known) => ({ ...known, tested: mergeTested(known.tested, tested) }));
    if (shown && shown.text !== before.text) this.replaced();
    return report.tested;
  };

  readonly applySharingFix: SharingCalls['applySharingFix'] = async ({ finding }, context) => {
    const fix = (await this.shown(context)).report.findings.at(finding)?.fix;
    if (!fix) throw errors.noSuchFinding(finding);
    await this.subject.edit(fix.edits);
  };

  /** A mapping that could not be made is tried again with the next question. */
  readonly mapped = (): Promise<Mapped> => {
    this.mapping ??= this.subject.mapped().catch((error: unknown) => {
      this.mapping = undefined;
      throw error;
    });
    return this.mapping;
  };

  /**
   * What was measured of another text says nothing of the one that stands there now.
   * @throws SparseError `runs.changed-while-measured`
   */
  private async needSame({ configText }: ConfigSource): Promise<void> {
    if ((await this.subject.source()).configText !== configText) throw errors.changedWhileMeasured();
  }

  /** What a person looks at. */
  private async shown(context: CallContext): Promise<Known> {
    this.known ??= await this.fresh(context);
    return this.known;
  }

  /** What is known of the text that stands there now, saved or not. */
  private async current(context: CallContext): Promise<Known> {
    const text = await this.subject.text?.();
    return this.known?.text === text && this.known ? this.known : this.fresh(context);
  }

  private async fresh(context: CallContext): Promise<Known> {
    const text = await this.subject.text?.();
    return { text, report: await this.subject.report(context) };
  }

  /** Of one text; what was known of another says nothing of this one. `before`: where nothing is known of it. */
  private keep({ text, report }: Known, changed: (report: SharingReport) => SharingReport): Known {
    const same = this.known?.text === text ? this.known : undefined;
    if (this.known && !same) this.mapping = undefined;
    this.known = { text, report: changed(same?.report ?? report) };
    return this.known;
  }
}

/** Progress and cancel go on to whoever does the work. */
const optionsOf = (context: CallContext): CallOptions => ({
  signal: context.signal,
  onProgress: (value) => context.progress(value),
});
