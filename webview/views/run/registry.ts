/** The tabs of a run, in order. A new view is one more record here. */
import { givensTab } from '../givens/givens-tab';
import { maskTab } from '../mask/mask-tab';
import { sharingTab } from '../sharing/sharing-tab';
import { spectrumTab } from '../spectrum/spectrum-tab';
import { trainingTab } from '../training/training-tab';
import type { TabRecord } from './tab';

export const tabs: readonly TabRecord[] = [maskTab, givensTab, spectrumTab, sharingTab, trainingTab];
