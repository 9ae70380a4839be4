/** What the packages, Node and TensorFlow really say, and what a person reads instead: one sentence with its remedy. */
import { describe, expect, it } from 'vitest';
import { causeIn } from '../../../src/gpu/errors';
import { deviceIn, librariesMissingIn } from '../../../src/gpu/tensorflow-log';
import { failedWord } from '../../../src/gpu/words';

describe('why an engine does not work', () => {
  it.each([
    [
      "The Node.js native addon module (tfjs_binding.node) can not be found at path: /x/lib/napi-v8/tfjs_binding.node. \nPlease run command 'npm rebuild",
      /^its native part is missing, since npm did not run the package's install script; install it again/,
    ],
    ["Cannot find module '@tensorflow/tfjs-node-gpu'\nRequire stack:\n- /x", /^not installed/],
    ["Cannot find module 'google-protobuf'\nRequire stack:", /^the package google-protobuf that it needs is missing/],
    [
      'libtensorflow.so.2: cannot open shared object file: No such file or directory',
      /^its TensorFlow library is missing; install it again/,
    ],
    ['The specified module could not be found.\n\\\\?\\C:\\x\\tfjs_binding.node', /^its TensorFlow library is missing/],
    [
      '/x/libtensorflow.so.2: undefined symbol: TFE_NewOp',
      /damaged or of another version \(undefined symbol: TFE_NewOp\)/,
    ],
    ['/x/libtensorflow.so.2: file too short', /^its TensorFlow library is damaged/],
    [
      "/lib/libc.so.6: version `GLIBC_2.34' not found (required by /x)",
      /C library is too old \(GLIBC_2\.34 is asked for\)/,
    ],
    [
      "The module '/x/tfjs_binding.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115.",
      /^its native part was built for another Node; install it again/,
    ],
    [
      'Invalid TF_Status: 8\nMessage: OOM when allocating',
      /^the memory of the graphics card is full; close other programs/,
    ],
    [
      'Invalid TF_Status: 13\nMessage: CUDA_ERROR_LAUNCH_FAILED\n    at x',
      /^an operation failed \(CUDA_ERROR_LAUNCH_FAILED\); update the driver/,
    ],
    ['something new\nwith a stack', /^it does not start \(something new\); install it again/],
  ])('%s', (message, sentence) => {
    const word = failedWord(message);
    expect(word).toMatch(sentence);
    expect(word).toMatch(/[^.]\.$/);
    expect(word).not.toContain('\n');
  });
});

describe('the log of TensorFlow', () => {
  const log =
    "2026 W dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open\n" +
    "2026 W dso_loader.cc:64] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open\n" +
    '2026 I gpu_device.cc:1532] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 14260 MB memory:  -> ' +
    'device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability: 7.5\n';

  it('names the card and what it may use of its memory', () => {
    expect(deviceIn(log)).toEqual({ name: 'Tesla T4', memory: 14260 * 2 ** 20 });
    expect(deviceIn('')).toBeUndefined();
  });

  it('names what is missing of CUDA, once', () => {
    expect(librariesMissingIn(log)).toEqual(['libcudnn.so.8']);
    expect(failedWord('no GPU', log)).toMatch(/^the library libcudnn\.so\.8 is missing; it needs an NVIDIA card/);
    expect(failedWord('no GPU')).toMatch(/^TensorFlow finds no graphics card; it needs an NVIDIA card/);
  });
});

describe('why npm failed', () => {
  it.each([
    [
      'Error: getaddrinfo ENOTFOUND storage.googleapis.com',
      /no connection to storage\.googleapis\.com; check the network/,
    ],
    ['npm error connect ECONNREFUSED 127.0.0.1:1', /no connection to 127\.0\.0\.1:1; check/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code E404', /registry does not have it/],
    ['Error: TAR_BAD_ARCHIVE: Unrecognized archive format', /not fetched whole/],
    ['gyp ERR! build error', /neither fetched nor compiled/],
    ['npm error code EACCES', /may not write/],
    ['', /npm ended with code 1/],
  ])('%s', (log, clause) => {
    expect(causeIn(log, 'code 1')).toMatch(clause);
  });
});
