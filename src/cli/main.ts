#!/usr/bin/env node
/**
 * `sparsescope`: the engine from a terminal. Commands are loaded when they are called, so that `check` starts at once.
 */
import { Command, CommanderError, Option } from 'commander';
import { version } from '../engine/version';
import type { BackendChoice } from '../protocol/engine';
import { RpcCancelled } from '../protocol/rpc';
import { backendChoices } from '../protocol/run';
import { gpuEngineIds } from '../gpu/engines';
import type { GpuOptions } from './commands/gpu-engine';
import type { DiagnoseOptions } from './commands/diagnose';
import type { SweepOptions } from './commands/sweep';
import {
  describe,
  emptyPath,
  errorLine,
  exitCode,
  exitCodeOf,
  internalCode,
  resultsLost,
  thrownText,
  usage,
} from './errors';
import type { ExitCode } from './errors';
import type { Output } from './output';
import { printJson, processOutput } from './output';

const json = (): Option => new Option('--json', 'answer as one JSON object, see docs/cli.md');

function program(output: Output, done: (code: ExitCode) => void, quiet: boolean): Command {
  const top = new Command('sparsescope')
    .description('Initialise, train and diagnose sparse networks.')
    .version(version, '--version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text),
      writeErr: (text) => {
        if (!quiet) output.err(text);
      },
      // Told below, with its code, as all errors are.
      outputError: () => undefined,
    });

  // Resolved, an empty path (all arguments but a tensor's name are paths) would be the folder that the program was
  // started in, and be told as that.
  top.hook('preAction', (_, command) => {
    const given: [string, unknown][] = [
      ...command.registeredArguments.map((argument, i): [string, unknown] => [argument.name(), command.args[i]]),
      ['-o', command.opts<{ output?: string }>().output],
    ];
    const empty = given.find(([name, text]) => name !== 'tensor' && text === '');
    if (empty) command.error(emptyPath(empty[0]), { exitCode: exitCode.input });
  });

  /** Turns what a command throws into a sentence, or an object for scripts, and an exit code. */
  const act = async (name: string, options: { json?: boolean }, work: () => Promise<ExitCode>): Promise<void> => {
    try {
      done(await work());
    } catch (error) {
      output.progress(undefined);
      if (!(error instanceof RpcCancelled)) {
        if (options.json) printJson(output, name, { ok: false, error: describe(error) });
        else output.err(thrownText(error));
        if (describe(error).code === internalCode && error instanceof Error) output.err(`${error.stack ?? ''}\n`);
      } else if (options.json) printJson(output, name, { ok: false, state: 'cancelled' });
      done(exitCodeOf(error));
    }
  };

  top
    .command('run')
    .description('run a config: initialise, train, probe; make a run folder with a report')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file')
    .option('-o, --output <dir>', 'exactly this run folder, new or empty, instead of .sparsescope/runs/NAME-N')
    .addOption(new Option('--backend <name>', 'what computes').choices(backendChoices).default('auto'))
    .addOption(json())
    .action((config: string, options: { output?: string; backend: BackendChoice; json?: boolean }) =>
      act('run', options, async () => (await import('./commands/run')).run(config, options, output)),
    );
  top
    .command('init')
    .description('write the initial weights and masks only')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file')
    .requiredOption('-o, --output <file>', 'the safetensors file to write, or to replace')
    .addOption(json())
    .action((config: string, options: { output: string; json?: boolean }) =>
      act('init', options, async () => (await import('./commands/init')).init(config, options, output)),
    );
  top
    .command('prune')
    .description('write the dense network as the scores of the config prune it, with the scores')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file')
    .requiredOption('-o, --output <file>', 'the safetensors file to write, or to replace')
    .addOption(json())
    .action((config: string, options: { output: string; json?: boolean }) =>
      act('prune', options, async () => (await import('./commands/prune')).prune(config, options, output)),
    );
  top
    .command('density')
    .description('draw the initial network and tell what each layer keeps')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file')
    .addOption(json())
    .action((config: string, options: { json?: boolean }) =>
      act('density', options, async () => (await import('./commands/density')).density(config, options, output)),
    );
  top
    .command('check')
    .description('check a config and tell what it comes to')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file')
    .addOption(json())
    .action((config: string, options: { json?: boolean }) =>
      act('check', options, async () => (await import('./commands/check')).check(config, options, output)),
    );
  top
    .command('diagnose')
    .description('tell what the shared weights of a config come to, and whether they will diverge')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file with `sharing`')
    .addOption(
      new Option('--level <name>', 'how much is measured: nothing, one batch, or the sharpness too')
        .choices(['static', 'batch', 'sharpness'])
        .default('static'),
    )
    .option('--test', 'train a few steps to see whether the prediction holds; measures the sharpness')
    .option('--rates <list>', 'learning rates to test, for example 0.01,0.1; by default that of the config')
    .option('--init-stds <list>', 'initStd to test; by default that of the config')
    .option('--steps <count>', 'steps of each test, 100 by default')
    .addOption(json())
    .action((config: string, options: DiagnoseOptions) =>
      act('diagnose', options, async () => (await import('./commands/diagnose')).diagnose(config, options, output)),
    );
  top
    .command('equal-memory')
    .description(
      'write the sweep that compares shared weights with pruning and smaller networks of as many stored parameters',
    )
    .argument('<config>', 'a .sparse.yaml or .sparse.json file with `sharing`')
    .option('-o, --output <file>', 'the config to write, or to replace; without it, it is printed')
    .option('--seeds <list>', 'for example 1,2,3; by default that of the config')
    .addOption(json())
    .action((config: string, options: { output?: string; seeds?: string; json?: boolean }) =>
      act('equal-memory', options, async () =>
        (await import('./commands/equal-memory')).compareAtEqualMemory(config, options, output),
      ),
    );
  top
    .command('inspect')
    .description('list the tensors of a safetensors file with their density')
    .argument('<file>', 'a .safetensors file')
    .option('--header', 'read the header only: no density')
    .addOption(json())
    .action((file: string, options: { header?: boolean; json?: boolean }) =>
      act('inspect', options, async () => (await import('./commands/inspect')).inspect(file, options, output)),
    );
  top
    .command('factor')
    .description('write the Givens rotations that make an orthogonal matrix, or convolution, of a safetensors file')
    .argument('<file>', 'a .safetensors file')
    .argument(
      '<tensor>',
      'the name of a tensor: its first axis by all others is the matrix, or the centre of its kernels',
    )
    .requiredOption('-o, --output <file>', 'the safetensors file of rotations to write, or to replace')
    .option(
      '--gain <sigma_w>',
      'what the orthogonal weights were multiplied by; by default it is found from the lengths of the rows or columns',
    )
    .option(
      '--groups <count>',
      "groups of a convolution, or matrices stacked in a linear layer; by default what a run's file tells, or 1",
    )
    .addOption(json())
    .action(
      (file: string, tensor: string, options: { output: string; gain?: string; groups?: string; json?: boolean }) =>
        act('factor', options, async () => (await import('./commands/factor')).factor(file, tensor, options, output)),
    );
  top
    .command('share')
    .description('put the weights of a safetensors file into the memory that a config with `sharing` asks for')
    .argument('<file>', 'a .safetensors file of dense weights, such as a checkpoint')
    .argument('<config>', 'a .sparse.yaml or .sparse.json file of the same network')
    .requiredOption('-o, --output <file>', 'the safetensors file to write, or to replace')
    .addOption(json())
    .action((file: string, config: string, options: { output: string; json?: boolean }) =>
      act('share', options, async () => (await import('./commands/share')).share(file, config, options, output)),
    );
  top
    .command('expand')
    .description('write the weights that a safetensors file with a shared memory stands for')
    .argument('<file>', 'a .safetensors file of a run that shares weights')
    .requiredOption('-o, --output <file>', 'the safetensors file to write, or to replace')
    .addOption(json())
    .action((file: string, options: { output: string; json?: boolean }) =>
      act('expand', options, async () => (await import('./commands/share')).expand(file, options, output)),
    );
  top
    .command('resume')
    .description('go on with a run from its last checkpoint')
    .argument('<run>', 'a run folder')
    .addOption(json())
    .action((run: string, options: { json?: boolean }) =>
      act('resume', options, async () => (await import('./commands/run')).resume(run, options, output)),
    );
  top
    .command('sweep')
    .description('run every combination of the grid in a config, or go on with a sweep; make a report')
    .argument('<config-or-folder>', 'a .sparse.yaml or .sparse.json file with `sweep`, or the folder of a sweep')
    .option('-o, --output <dir>', 'exactly this folder, new or empty, instead of .sparsescope/sweeps/NAME-N')
    .option('--jobs <count>', 'trials that run at once; by default as many as there are cores')
    .addOption(new Option('--backend <name>', 'what computes').choices(backendChoices))
    .option('--retry-failed', 'begin trials that failed anew')
    .addOption(json())
    .action((name: string, options: SweepOptions) =>
      act('sweep', options, async () => (await import('./commands/sweep')).sweep(name, options, output)),
    );
  top
    .command('report')
    .description('write a run or a sweep as one HTML page that opens without a network')
    .argument('<run>', 'a run folder, or that of a sweep')
    .requiredOption('-o, --output <file>', 'the HTML file to write, or to replace')
    .action((run: string, options: { output: string }) =>
      act('report', {}, async () => (await import('./commands/report')).report(run, options, output)),
    );
  top
    .command('install-gpu')
    .description('install a GPU engine with npm, and try it out; it is kept only if it works')
    .addOption(
      new Option(
        '--engine <name>',
        'tfjs-node-gpu: NVIDIA, CUDA 11.2; webgpu: any GPU, by Vulkan, Metal or Direct3D 12; tfjs-node: TensorFlow on the processor',
      )
        .choices(gpuEngineIds)
        .default('tfjs-node-gpu'),
    )
    .option('--node <path>', 'the Node.js whose npm installs it; by default the one this runs in, or that of the PATH')
    .addOption(json())
    .action((options: GpuOptions) =>
      act('install-gpu', options, async () => (await import('./commands/gpu-engine')).installGpu(options, output)),
    );
  top
    .command('remove-gpu')
    .description('remove the GPU engines that install-gpu has installed')
    .addOption(json())
    .action((options: { json?: boolean }) =>
      act('remove-gpu', options, async () => (await import('./commands/gpu-engine')).removeGpu(options, output)),
    );
  top
    .command('doctor')
    .description('versions, the backend and why')
    .addOption(json())
    .action((options: { json?: boolean }) =>
      act('doctor', options, async () => (await import('./commands/doctor')).doctor(options, output)),
    );
  return top;
}

/** Never rejects: whatever happens becomes an exit code. */
async function main(args: readonly string[]): Promise<void> {
  let resultsAreLost = false;
  const done = (code: ExitCode): void => {
    process.exitCode = code === exitCode.ok && resultsAreLost ? exitCode.input : code;
  };
  const output = processOutput(process.stdout, process.stderr, (cause) => {
    resultsAreLost = true;
    output.err(errorLine(describe(resultsLost(cause.code ?? cause.message))));
    done((process.exitCode as ExitCode | undefined) ?? exitCode.ok);
  });
  // Whatever escapes every promise and handler: a sentence, and the stack for the report of it, instead of a stack
  // alone.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      output.progress(undefined);
      output.err(errorLine(describe(error)) + (error instanceof Error ? `${error.stack ?? ''}\n` : ''));
      process.exit(exitCode.program);
    });
  const json = args.includes('--json');
  const top = program(output, done, json);
  try {
    await top.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      output.err(errorLine(describe(error)));
      done(exitCode.program);
      return;
    }
    // Asking for help or the version is no mistake.
    done(error.exitCode === 0 ? exitCode.ok : exitCode.input);
    // Nothing at all was asked for: the help has been shown.
    if (error.exitCode === 0 || error.code === 'commander.help') return;
    const command = top.commands.find((each) => each.name() === args[0])?.name() ?? '';
    const sentence = error.message
      .replace(/^error: /, '')
      .replaceAll(/\s+/g, ' ')
      .replace(/\.$/, '');
    const told = describe(usage(sentence, command));
    if (json) printJson(output, command, { ok: false, error: told });
    else output.err(errorLine(told));
  }
}

void main(process.argv.slice(2));
