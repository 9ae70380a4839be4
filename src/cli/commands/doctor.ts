/** `sparsescope doctor`: versions, the backend and why; what to paste into a question. */
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { backendOf } from '../../protocol/engine';
import { factsText } from '../../protocol/facts';
import { backendText, executorText, kernelText } from '../../protocol/words';
import { exitCode } from '../errors';
import type { ExitCode } from '../errors';
import { startEngine } from '../follow';
import { interruptible } from '../interrupt';
import type { Output } from '../output';
import { printJson } from '../output';
import { doctorLabels as labels, processorText } from '../words';

export async function doctor(options: { json?: boolean }, output: Output): Promise<ExitCode> {
  const { info } = await interruptible(output, (signal) => startEngine('auto', output, signal));
  output.progress(undefined);
  const system = {
    platform: platform(),
    release: release(),
    arch: arch(),
    processor: cpus().at(0)?.model ?? 'unknown',
    threads: availableParallelism(),
    /** Bytes. */
    memory: totalmem(),
  };
  const versions = { sparsescope: info.sparsescope, node: info.node, tfjs: info.tfjs, protocol: info.protocolVersion };
  const { available } = info;
  const backend = backendOf(info);
  if (options.json)
    printJson(output, 'doctor', {
      ok: true,
      versions,
      backend: { ...backend, available },
      kernels: info.kernels,
      executor: info.executor,
      system,
    });
  else
    output.out(
      factsText([
        [labels.sparsescope, versions.sparsescope],
        [labels.node, versions.node],
        [labels.tfjs, versions.tfjs],
        [labels.backend, backendText(backend)],
        [labels.available, available.join(', ')],
        [labels.kernels, kernelText(info.kernels)],
        [labels.sparseRuns, executorText(info.executor)],
        [labels.system, `${system.platform} ${system.release} ${system.arch}`],
        [labels.processor, processorText(system.processor, system.threads)],
        [labels.memory, `${(system.memory / 2 ** 30).toFixed(1)} GiB`],
      ]),
    );
  return exitCode.ok;
}
