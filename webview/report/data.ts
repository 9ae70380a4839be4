/** The data a report page carries, checked as far as a changed or cut file is likely. */
import { reportDataVersion, type ReportData } from '../../src/protocol/report';
import { badReport, newerReport } from '../errors';

/** Throws `view.bad-report`, `view.report-version`. */
export function parseReport(text: string | null | undefined): ReportData {
  let data: (Partial<Omit<ReportData, 'version'>> & { version?: unknown }) | null;
  try {
    data = JSON.parse(text ?? '') as typeof data;
  } catch {
    throw badReport();
  }
  if (typeof data !== 'object' || data === null || typeof data.version !== 'number') throw badReport();
  if (data.version !== reportDataVersion) throw newerReport(data.version, reportDataVersion);
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

/** Bytes of base64 text. */
export const fromBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
