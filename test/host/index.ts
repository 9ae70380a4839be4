/** Entry of the integration tests: what VS Code calls in the extension host (`extensionTestsPath`). */
import { writeFileSync } from 'node:fs';
import { firstLines, type Outcome } from '../../scripts/lib/outcome.mjs';
import { activationJourneys } from './activation';
import { doctorJourneys } from './doctor';
import { languageJourneys } from './language';
import { recoveryJourneys } from './recovery';
import { runJourneys } from './runs';
import { sharingJourneys } from './sharing';
import { sweepJourneys } from './sweeps';
import { tensorJourneys } from './tensors';

/** Marks what the starting script passes on; the rest of the workbench's console is noise. */
const tell = (line: string): void => {
  console.log(`[test] ${line}`);
};

/** Runs every suite; rejects when a test failed. Counts go to the file that the starting script named. */
export async function run(): Promise<void> {
  // Not `import Mocha from`: mocha is an ES module, and this file is loaded as CommonJS.
  const { default: Mocha } = await import('mocha');
  /** The lines below are the report: mocha's own would be lost in the workbench's console. */
  class SilentReporter extends Mocha.reporters.Base {
    override epilogue(): void {
      // Nothing to say.
    }
  }
  const mocha = new Mocha({ ui: 'bdd', timeout: 180_000, reporter: SilentReporter });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  // In the order of a first day: each journey starts where the one before has left the window.
  activationJourneys();
  languageJourneys();
  runJourneys();
  sweepJourneys();
  sharingJourneys();
  recoveryJourneys();
  tensorJourneys();
  doctorJourneys();
  const outcome: Required<Outcome> & { running: string } = {
    ...{ passed: 0, failed: 0, skipped: 0, failures: [], skips: [] },
    running: 'the start of the tests',
  };
  const results = process.env['SPARSESCOPE_TEST_RESULTS'];
  /** Keeps what is known by now: a window that hangs or breaks says nothing more. */
  const keep = (): void => {
    if (results) writeFileSync(results, JSON.stringify(outcome));
  };
  const nameOf = (test: Mocha.Runnable): string => test.titlePath().join(' > ');
  /** A promise of ours that nobody waited for: other extensions' are theirs. */
  const unhandled: string[] = [];
  process.on('unhandledRejection', (reason) => {
    const stack = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    if (/sparsescope|dist[\\/]extension\.js/i.test(stack)) unhandled.push(stack);
  });
  await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('suite', (suite) => {
      if (!suite.root) tell(suite.title);
    });
    runner.on('test', (test) => {
      outcome.running = nameOf(test);
      keep();
    });
    runner.on('pass', (test) => {
      outcome.passed++;
      tell(`  ok   ${test.title} (${test.duration ?? 0} ms)`);
    });
    runner.on('pending', (test) => {
      outcome.skipped++;
      outcome.skips.push({ name: nameOf(test), message: 'pending' });
      tell(`  SKIP ${test.title}`);
    });
    runner.on('fail', (test, error: Error) => {
      outcome.failed++;
      outcome.failures.push({ name: nameOf(test), message: firstLines(error.message) });
      tell(`  FAIL ${test.title}\n${error.stack ?? error.message}`);
    });
  });
  for (const stack of unhandled) {
    outcome.failed++;
    outcome.failures.push({ name: 'a rejection that nobody handled', message: firstLines(stack) });
    tell(`  FAIL a rejection that nobody handled\n${stack}`);
  }
  keep();
  if (outcome.failed > 0) throw new Error(`${outcome.failed} failed`);
}
