/** Entry of the integration tests: what VS Code calls in the extension host (`extensionTestsPath`). */
import { writeFileSync } from 'node:fs';
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
  const counts = { passed: 0, failed: 0, skipped: 0 };
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
    runner.on('pass', (test) => {
      counts.passed++;
      tell(`  ok   ${test.title} (${test.duration ?? 0} ms)`);
    });
    runner.on('pending', (test) => {
      counts.skipped++;
      tell(`  SKIP ${test.title}`);
    });
    runner.on('fail', (test, error: Error) => {
      counts.failed++;
      tell(`  FAIL ${test.title}\n${error.stack ?? error.message}`);
    });
  });
  for (const stack of unhandled) tell(`  FAIL a rejection that nobody handled\n${stack}`);
  counts.failed += unhandled.length;
  const results = process.env['SPARSESCOPE_TEST_RESULTS'];
  if (results) writeFileSync(results, JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} failed`);
}
