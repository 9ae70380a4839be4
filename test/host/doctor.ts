import assert from 'node:assert/strict';
import { window } from 'vscode';
import { execute, state } from './support';

export const doctorJourneys = (): void =>
  void describe('Doctor', () => {
    it('tells versions, the backend and why', async () => {
      const text = await execute('sparsescope.doctor');
      const { engine } = await state();
      assert.match(text, /^Sparsescope +0\.\d+\.\d+/m);
      assert.match(text, /^VS Code +1\.\d+/m);
      assert.match(text, new RegExp(`^backend +${engine.backend}: `, 'm'));
      assert.match(text, /^kernels +WebAssembly with (relaxed )?SIMD/m);
      assert.match(text, /^sparse runs +sparse \(wasm[a-z-]*\), \d+ threads?: kept weights only/m);
      assert.equal(window.activeTextEditor?.document.getText(), text);
    });

    it('starts the engine afresh when asked to', async () => {
      const before = (await state()).engine;
      await execute('sparsescope.restartEngine');
      const after = (await state()).engine;
      assert.equal(after.state, 'ready');
      assert.notEqual(after.pid, before.pid);
    });
  });
