/** In which order findings are told. Pure. */
import type { SharingFinding } from '../../../src/protocol/sharing';

const severity: Record<SharingFinding['verdict'], number> = { fail: 0, warn: 1, info: 2, ok: 3 };

/** Those that fail first; else in their order. `place`: in the report. */
export const bySeverity = (findings: readonly SharingFinding[]): { finding: SharingFinding; place: number }[] =>
  findings
    .map((finding, place) => ({ finding, place }))
    .sort((a, b) => severity[a.finding.verdict] - severity[b.finding.verdict] || a.place - b.place);
