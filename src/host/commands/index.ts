/** Registers every command of src/contributions.ts but the test's. */
import * as vscode from 'vscode';
import type { CommandTypes } from '../../contributions';
import type { Services } from '../services';
import type { LayersTree } from '../trees/layers-tree';
import { showActions } from './actions';
import { compareInitialisations } from './compare-command';
import { compareRuns } from './compare-runs-command';
import { previewData } from './data-command';
import { Doctor } from './doctor';
import { compareAtEqualMemory } from './equal-memory-command';
import { downloadDataSet, newConfig, openCheckpoint } from './file-commands';
import { installGpuEngine, removeGpuEngine } from './gpu-commands';
import { registerCommand } from './register';
import { cancelRun, resumeRun, runAgain, runConfig } from './run-commands';
import { diagnoseSharing, testPrediction } from './sharing-commands';
import { cancelSweep, resumeSweep, sweepConfig } from './sweep-commands';
import { deleteSweep, openSweepReport, revealSweepFolder } from './sweep-folder-commands';
import { deleteRun, openReport, openRun, revealRunFolder } from './run-folder-commands';

type Commands = Omit<CommandTypes, 'sparsescope.test.state' | 'sparsescope.test.send'>;

export const registerCommands = (services: Services, layers: LayersTree): vscode.Disposable => {
  const doctor = new Doctor(services);
  const commands: Commands = {
    'sparsescope.runConfig': (config) => runConfig(services, config),
    'sparsescope.sweepConfig': (config) => sweepConfig(services, config),
    'sparsescope.compareInitialisations': (config, methods) => compareInitialisations(services, config, methods),
    'sparsescope.previewData': (config) => previewData(services, config),
    'sparsescope.diagnoseSharing': (config) => diagnoseSharing(services, config),
    'sparsescope.testPrediction': (config) => testPrediction(services, config),
    'sparsescope.compareAtEqualMemory': (config) => compareAtEqualMemory(services, config),
    'sparsescope.sharingTheory': () => {
      services.theory.show();
      return Promise.resolve();
    },
    'sparsescope.runAgain': (run) => runAgain(services, run),
    'sparsescope.cancelRun': (run) => cancelRun(services, run),
    'sparsescope.resumeRun': (run) => resumeRun(services, run),
    'sparsescope.openRun': (run) => openRun(services, run),
    'sparsescope.compareRuns': (run, selected) => compareRuns(services, run, selected),
    'sparsescope.deleteRun': (run) => deleteRun(services, run),
    'sparsescope.revealRunFolder': (run) => revealRunFolder(services, run),
    'sparsescope.openReport': (run) => openReport(services, run),
    'sparsescope.cancelSweep': (sweep) => cancelSweep(services, sweep),
    'sparsescope.resumeSweep': (sweep) => resumeSweep(services, sweep),
    'sparsescope.openSweepReport': (sweep) => openSweepReport(services, sweep),
    'sparsescope.revealSweepFolder': (sweep) => revealSweepFolder(services, sweep),
    'sparsescope.deleteSweep': (sweep) => deleteSweep(services, sweep),
    'sparsescope.refreshRuns': async () => {
      await services.store.refresh();
      await services.sweeps.refresh();
    },
    'sparsescope.newConfig': () => newConfig(),
    'sparsescope.openCheckpoint': () => openCheckpoint(),
    'sparsescope.downloadDataSet': (name, directory) => downloadDataSet(services, name, directory),
    'sparsescope.installGpuEngine': (engine) => installGpuEngine(services, engine),
    'sparsescope.removeGpuEngine': () => removeGpuEngine(services),
    'sparsescope.doctor': () => doctor.run(),
    'sparsescope.restartEngine': async () => {
      await services.engine.restart();
      // What ran says so in its folder only: the old engine is not listened to any more.
      await services.store.refresh();
    },
    'sparsescope.openLog': () => {
      services.log.show(true);
      return Promise.resolve();
    },
    'sparsescope.showActions': () => showActions(services),
    'sparsescope.selectLayer': (layer) => {
      if (layer !== undefined) layers.select(layer);
      return Promise.resolve();
    },
  };
  const register = (id: keyof Commands): vscode.Disposable => registerCommand(id, commands[id], services.report);
  return vscode.Disposable.from(doctor.register(), ...(Object.keys(commands) as (keyof Commands)[]).map(register));
};
