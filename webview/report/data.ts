/** The data a report page carries, checked as far as a changed or cut file is likely. */
import { reportDataVersion, type ReportData } from '../../src/protocol/report';
import { sweepReportVersion, type SweepReportData } from '../../src/protocol/sweep';
import { badReport, newerReport } from '../errors';

interface Versioned {
  version?: unknown;
}

/**
 * Of this version of its kind; what is in it is still to be looked at. Throws `view.bad-report`, `view.report-version`.
 */
function versioned(text: string | null | undefined, version: number): Versioned {
  let data: Versioned | null;
  try {
    data = JSON.parse(text ?? '') as Versioned | null;
  } catch {
    throw badReport();
  }
  if (typeof data !== 'object' || data === null || typeof data.version !== 'number') throw badReport();
  if (data.version !== version) throw newerReport(data.version, version);
  return data;
}

/** Throws `view.bad-report`, `view.report-version`. */
export function parseReport(text: string | null | undefined): ReportData {
  const data = versioned(text, reportDataVersion) as Partial<ReportData>;
  const lists = [
    data.epochs,
    data.spectra,
    data.jacobians,
    data.signals,
    data.masks,
    data.record?.layers,
    data.metrics?.step,
  ];
  if (!lists.every(Array.isArray)) throw badReport();
  return data as ReportData;
}

/** Throws `view.bad-report`, `view.report-version`. */
export function parseSweepReport(text: string): SweepReportData {
  const data = versioned(text, sweepReportVersion) as Partial<SweepReportData>;
  const lists = [data.trials, data.keys, data.groups, data.record?.keys];
  if (!lists.every(Array.isArray)) throw badReport();
  return data as SweepReportData;
}

/** Bytes of base64 text. */
export const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
