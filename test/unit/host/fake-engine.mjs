// An engine of a few lines for the tests of the host's side: what it does is chosen by FAKE_ENGINE.
const mode = process.env.FAKE_ENGINE ?? 'ok';
const info = {
  sparsescope: '0',
  node: process.version,
  // Which of several Nodes a test has started it with.
  ranBy: process.env.FAKE_ENGINE_NODE,
  tfjs: '0',
  pid: process.pid,
  backend: 'cpu',
  reason: 'a test',
  available: ['cpu'],
};
/** @param {string} state */
const record = (state) => ({ id: 'r-1', state });
/** @param {object} message */
const send = (message) => process.send?.(message);

if (mode === 'dies') {
  console.error('no such file: tensors.wasm');
  process.exit(3);
}

process.on('disconnect', () => process.exit(0));
process.on('message', ({ kind, id, method, params }) => {
  if (kind !== 'call') return;
  /** @param {unknown} value */
  const answer = (value) => send({ kind: 'result', id, value });
  /** @param {string} state */
  const tell = (state) =>
    send({ kind: 'event', event: 'runChanged', value: { id: 'r-1', directory: '/r-1', record: record(state) } });
  if (method === 'hello') {
    send({ kind: 'event', event: 'log', value: { level: 'info', message: `asked for ${params.backend}` } });
    // Of the same build as whoever asks, whatever that is.
    answer({ ...info, protocolVersion: mode === 'old' ? 0 : params.protocolVersion });
  } else if (method === 'startRun') {
    tell('training');
    answer({ id: 'r-1', directory: '/r-1' });
  } else if (method === 'cancelRun') {
    tell('cancelled');
    answer(undefined);
  } else if (method === 'shutdown' && mode !== 'stubborn') {
    if (mode === 'late') tell('training');
    answer(undefined);
    process.exit(0);
  }
});
